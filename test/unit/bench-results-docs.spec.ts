import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, textOf } from '../support/project-files';
import { runModule } from '../support/run-module';

const PAGE = 'README.md';
const RESULTS = join(projectRoot, 'bench/results.json');
const NONE = 'The last full run is not in yet; [bench/](bench/README.md#last-results) has what was measured before.';
const [BEGIN, END] = ['<!-- Printed of bench/results.json by `npm run docs:configuration`. -->', '<!-- So far. -->'];

/** What stands before, between and behind the marks. */
function partsOf(page: string): [before: string, printed: string, behind: string] {
  const [before = '', rest = ''] = page.split(`${BEGIN}\n`);
  const [printed = '', behind = ''] = rest.split(END);
  return [before, printed, behind];
}

/** The goals of a report, with when and on what they were measured. */
async function goalsIn(file: string): Promise<string> {
  const goals = await runModule(
    '../../bench/lib/joined-reports.mjs',
    `async ({ readReports }, file) => {
      const { goalsOf } = await import(new URL('../../bench/lib/markdown.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
      return goalsOf(readReports([file]));
    }`,
    file,
  );
  return String(goals);
}

let printed: string;

beforeAll(async () => {
  printed = `\n${existsSync(RESULTS) ? await goalsIn(RESULTS) : NONE}\n\n`;
  if (process.env['WARREN_PRINT_CONFIGURATION'] !== 'yes') return;
  const [before, , behind] = partsOf(textOf(PAGE));
  writeFileSync(join(projectRoot, PAGE), `${before}${BEGIN}\n${printed}${END}${behind}`);
});

describe('the README’s "How fast"', () => {
  it('has every goal as bench/results.json has it measured; `npm run docs:configuration` prints it anew', () => {
    const [before, shown] = partsOf(textOf(PAGE));
    expect(before.split('\n## ').at(-1)).toMatch(/^How fast\n/);
    expect(shown).toBe(printed);
  });
});
