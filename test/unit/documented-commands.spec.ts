import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { coverage } from '../support/command-coverage';
import { documentedCommands } from '../support/documented-commands';
import { projectRoot, textOf } from '../support/project-files';

const documented = documentedCommands();
const coverOf = (command: string) => coverage.find((one) => one.command.test(command));

describe('each command of the README and the guides', () => {
  it('is run by a test, or has a reason why not', () => {
    expect(documented.length).toBeGreaterThan(80);
    const uncovered = documented.filter(({ command }) => coverOf(command) === undefined);
    expect(uncovered.map(({ file, command }) => `${file}: ${command}`)).toEqual([]);
  });

  it('that a test is said to run stands in that test', () => {
    const wrong = coverage.flatMap(({ by, not, isRun }) => {
      if (by === undefined) return not === undefined && isRun === undefined ? ['a row that says nothing'] : [];
      const [file, text] = by;
      return existsSync(join(projectRoot, file)) && textOf(file).includes(text) ? [] : [`${file}: ${text}`];
    });
    expect(wrong).toEqual([]);
  });

  it('that is accounted for is there', () => {
    const used = new Set(documented.map(({ command }) => coverOf(command)));
    expect(coverage.filter((one) => !used.has(one)).map(({ command }) => command.source)).toEqual([]);
  });
});
