import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgram } from '../../apps/cli/src/program';
import { PRINTED, commandsPart } from '../../scripts/command-line-page';
import { projectFiles, projectRoot, textOf } from '../support/project-files';
import { wordsOf } from '../support/shell-words';

const PAGE = 'docs/command-line.md';

/** Command lines of `warren` in a manual: those of its code, and those within a sentence. */
function typedIn(manual: string): string[] {
  const text = textOf(manual);
  const blocks = [...text.matchAll(/^```(?:sh|console)\n(.*?)^```$/gms)].flatMap(([, code = '']) => code.split('\n'));
  const inBlocks = blocks.flatMap((line) => /^(?:\$ )?(?:\w+=\S+ )*(?:npx )?warren (.*)$/.exec(line)?.[1] ?? []);
  const inline = [...text.matchAll(/`npx warren ([^`]+)`/g)].map(([, words = '']) => words);
  return [...inBlocks, ...inline];
}

async function complaintOf(typed: string): Promise<string[]> {
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  try {
    await buildProgram(async () => undefined, silent).parseAsync(wordsOf(typed), { from: 'user' });
    return [];
  } catch (error) {
    return [`warren ${typed}: ${String(error)}`];
  }
}

beforeAll(() => {
  if (process.env['WARREN_PRINT_CONFIGURATION'] !== 'yes') return;
  const [written = ''] = textOf(PAGE).split(PRINTED);
  writeFileSync(join(projectRoot, PAGE), written + commandsPart());
});

describe('docs/command-line.md', () => {
  it('says what the program’s help says; `npm run docs:configuration` prints it anew', () => {
    const [, printed = ''] = textOf(PAGE).split(PRINTED);
    expect(PRINTED + printed).toBe(commandsPart());
  });

  it('and all other manuals show only command lines that are understood', async () => {
    const manuals = projectFiles().filter((path) => path.endsWith('.md'));
    const typed = manuals.flatMap(typedIn).filter((words) => !words.startsWith('...'));
    expect(typed.length).toBeGreaterThan(40);
    expect((await Promise.all(typed.map(complaintOf))).flat()).toEqual([]);
  });

  it('names every option that all commands have, and every exit code', () => {
    const [written = ''] = textOf(PAGE).split(PRINTED);
    const common = buildProgram(async () => undefined).options.map(({ long }) => long ?? '');
    expect(common.length).toBeGreaterThan(1);
    expect(common.filter((flag) => !written.includes(`\`${flag}`))).toEqual([]);
    expect([...written.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))).toEqual([0, 1, 2, 3, 4, 130]);
  });
});
