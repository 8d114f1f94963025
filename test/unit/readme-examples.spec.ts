import { dirname, join } from 'node:path';
import * as ts from 'typescript';
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

/** What the compiler says of a source that stands at the root of the repository, with the settings of `npm run typecheck`. */
function complaintsOf(sources: ReadonlyMap<string, string>): string[] {
  const file = join(projectRoot, 'tsconfig.check.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    dirname(file),
  );
  const host = ts.createCompilerHost(options);
  host.readFile = (path) => sources.get(path) ?? ts.sys.readFile(path);
  host.fileExists = (path) => sources.has(path) || ts.sys.fileExists(path);
  const program = ts.createProgram(
    [...sources.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  return [...sources.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start }) => {
      const line = source?.text.slice(start).split('\n', 1)[0];
      return `${ts.flattenDiagnosticMessageText(messageText, '\n')} At: ${line}`;
    });
  });
}

const sourceOf = (heading: string, surrounded: string): [string, string] => [
  join(projectRoot, `${heading.replaceAll(/\W+/g, '-')}.ts`),
  `${IMPORTS}${surrounded}`,
];

describe('the examples of README.md', () => {
  it('compile', () => {
    const sources = Object.entries(examples).map(([heading, surround]) =>
      sourceOf(heading, surround(exampleUnder(heading))),
    );
    expect(complaintsOf(new Map(sources))).toEqual([]);
  });
});
