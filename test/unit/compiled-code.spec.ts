import { basename, dirname, join } from 'node:path';
import * as ts from 'typescript';
import { plansOf } from '../support/handler-plans';
import { projectRoot, textOf } from '../support/project-files';

const IMPORTS = `
import { Handles, QueueModule, RetryLater, TaskContext, TaskQueue, UnrecoverableError, defineQueue, defineTask, exceptOn, exponential } from '@app/queue';
import type { BatchContext, PayloadOf } from '@app/queue';
import { allTasks } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
`;

/** The block of code under a heading of README.md. */
function exampleUnder(heading: string): string {
  const [, section = ''] = textOf('README.md').split(`\n## ${heading}\n`);
  const [, code] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
  if (code === undefined) throw new Error(`README.md has no example under "${heading}".`);
  return code;
}

/** What stands before a line of an example, and from that line on: the reader knows where each belongs. */
function partsAt(code: string, line: string): [before: string, after: string] {
  const at = code.indexOf(line);
  if (at === -1) throw new Error(`The example has no "${line}".`);
  return [code.slice(0, at), code.slice(at)];
}

const inMethod = (code: string, given: string): string =>
  `class Somewhere { constructor(private readonly queue: TaskQueue) {} async method(${given}) { ${code} } }`;

/** Each example with what its reader has around it. */
const examples: Record<string, (code: string) => string> = {
  'The whole API': (code) => {
    const [definition, rest] = partsAt(code, '// where tasks are added');
    const [adding, others] = partsAt(rest, '// apps/worker');
    const given = 'source: string, tasks: Parameters<TaskQueue["addBulk"]>[0]';
    const around = `declare const config: { KEY: string };
      export interface ImagesController { images: { resize(task: object, signal: AbortSignal): Promise<void> } }`;
    return `${definition}${inMethod(`${adding}return [id, results];`, given)}\n${around}\n${others}`;
  },
  'Trying again, waiting, giving up': (code) => {
    const [definition, rest] = partsAt(code, 'await this.queue.add');
    const [adding, throwing] = partsAt(rest, 'throw new UnrecoverableError');
    const [first, second] = partsAt(throwing, 'throw new RetryLater');
    const around = 'class CardDeclinedError extends Error {}';
    return `${around}\n${definition}${inMethod(adding, 'id: string')}
      export const never = () => { ${first} };\nexport const later = () => { ${second} };`;
  },
  'Several at once': (code) => {
    const [definitions, handler] = partsAt(code, '@Handles');
    return `const payload = z.string();\n${definitions}
      export interface LettersController { store(letter: string): Promise<void> }
      @Controller() export class LettersController { ${handler} }`;
  },
};

/**
 * What the compiler says of sources that are not on the disk, or not as they are here, with the settings of `npm run typecheck`; but what is
 * not used is nothing to complain of.
 * @param sources the texts, by their paths from the root of the repository
 */
function complaintsOf(sources: ReadonlyMap<string, string>): string[] {
  const texts = new Map([...sources].map(([path, text]) => [join(projectRoot, path), text]));
  const folders = new Set([...texts.keys()].map((path) => dirname(path)));
  const file = join(projectRoot, 'tsconfig.check.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    dirname(file),
  );
  const host = ts.createCompilerHost(options);
  host.readFile = (path) => texts.get(path) ?? ts.sys.readFile(path);
  host.fileExists = (path) => texts.has(path) || ts.sys.fileExists(path);
  host.directoryExists = (path) => folders.has(path) || ts.sys.directoryExists(path);
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start }) => {
      const line = source?.text.slice(start).split('\n', 1)[0];
      return `${ts.flattenDiagnosticMessageText(messageText, '\n')} At: ${line}`;
    });
  });
}

const sourceOf = (heading: string, surrounded: string): [string, string] => [
  `${heading.replaceAll(/\W+/g, '-')}.ts`,
  `${IMPORTS}${surrounded}`,
];

/** Names of handlers that hold the one of the generator's templates. */
const GENERATED = ['monthly-invoice-export', 'invoice-export-run'];
const INDEX = 'libs/tasks/src/index.ts';

/** What the generator writes for them: each handler's own files, and the list of definitions with all of them. */
async function generated(): Promise<[path: string, text: string][]> {
  const plans = await plansOf(GENERATED.map((name) => [{ name }]));
  const own = plans.flatMap((plan, at) => Object.entries(plan).filter(([path]) => path.includes(`/${GENERATED[at]}.`)));
  const definitions = own.map(([path]) => path).filter((path) => path.startsWith(dirname(INDEX)));
  return [
    ...own,
    [INDEX, textOf(INDEX) + definitions.map((path) => `export * from './${basename(path, '.ts')}';\n`).join('')],
  ];
}

describe('code for others', () => {
  it('compiles: the examples of README.md, and what the generator writes for any name', async () => {
    const handlers = await generated();
    const examplesOfReadme = Object.entries(examples).map(([heading, surround]) =>
      sourceOf(heading, surround(exampleUnder(heading))),
    );
    expect(handlers).toHaveLength(2 * 6 + 1);
    expect(complaintsOf(new Map([...examplesOfReadme, ...handlers]))).toEqual([]);
    const titles = handlers.flatMap(([, text]) => [...text.matchAll(/^describe\('(.*)'/gm)].map(([, title]) => title));
    expect(new Set(titles)).toEqual(new Set(['monthly-invoice.export', 'invoice-export.run']));
  });
});
