import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');

/** `who | what happens` of every row of the crash table. */
function rowsOf(manual: string): string[] {
  const [, section = ''] = manual.split('## Crash here, and this happens');
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/^\| ((?:the|a) \w+)\s*\| (.+?)\s*\|/gm)].map(([, who, what]) => `${who} ${what}`);
}

/** The tests of one file of the e2e suite, each with the name of its `describe`. */
function testsOf(source: string): string[] {
  const names: string[] = [];
  let group = '';
  for (const [, kind, name = ''] of source.matchAll(/^\s*(describe|it)\('(.+?)', /gm)) {
    if (kind === 'describe') group = name;
    else names.push(`${group} ${name}`);
  }
  return names;
}

describe('docs/delivery-guarantees.md', () => {
  it('has a test of the same name for every row, and a row for every test', () => {
    const rows = rowsOf(read('docs/delivery-guarantees.md'));
    expect(rows.length).toBeGreaterThan(10);
    const files = ['delivery-guarantees', 'delivery-guarantees-of-failures'];
    const tests = files.flatMap((file) => testsOf(read(`test/e2e/${file}.e2e-spec.ts`)));
    expect(rows.toSorted()).toEqual(tests.toSorted());
  });
});
