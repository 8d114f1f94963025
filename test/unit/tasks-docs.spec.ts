import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTasks } from '@app/tasks';
import { cellsOf, taskRows, withRows } from '../../scripts/tasks-page';
import { projectRoot, textOf } from '../support/project-files';

const PAGE = 'docs/tasks.md';

beforeAll(() => {
  if (process.env['WARREN_PRINT_CONFIGURATION'] !== 'yes') return;
  writeFileSync(join(projectRoot, PAGE), withRows(textOf(PAGE), taskRows(allTasks)));
});

describe('docs/tasks.md', () => {
  it('has a row for each definition, which says what that says; `npm run docs:configuration` prints them anew', () => {
    expect(cellsOf(textOf(PAGE))).toEqual(taskRows(allTasks));
  });
});
