import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueSettings } from '@app/queue';
import type { Settings } from '@app/queue';
import { configurationPage } from '../../scripts/configuration-page';
import { projectFiles, projectRoot, textOf } from '../support/project-files';

const PAGE = 'docs/configuration.md';

beforeAll(() => {
  if (process.env['WARREN_PRINT_CONFIGURATION'] === 'yes') writeFileSync(join(projectRoot, PAGE), configurationPage());
});

describe('docs/configuration.md', () => {
  it('says what the schemas say; `node scripts/print-configuration.mjs` prints it anew', () => {
    expect(textOf(PAGE)).toBe(configurationPage());
  });

  it('has every setting of every app', () => {
    const files = projectFiles('apps').filter((path) => path.endsWith('.settings.ts'));
    const groups = files.map((path) =>
      Object.values(jest.requireActual<Record<string, Settings>>(join(projectRoot, path))),
    );
    const variables = [queueSettings, ...groups.flat()].flatMap((group: Settings) =>
      Object.values(group).flatMap(({ env }) => [...env]),
    );
    const documented = new Set(
      [...configurationPage().matchAll(/^\| (.*?) \|/gm)].flatMap(
        ([, cell = '']) => cell.match(/[A-Z]+(?:_[A-Z]+)*/g) ?? [],
      ),
    );
    expect(files.length).toBeGreaterThanOrEqual(2);
    expect(variables.filter((variable) => !documented.has(variable))).toEqual([]);
  });

  it('shows no password but the broker’s own default', () => {
    expect(textOf(PAGE).replace('amqp://guest:guest@localhost:5672', '')).not.toMatch(/:\/\/\w+:(?!password)\w+@/);
  });
});
