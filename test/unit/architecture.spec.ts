import { architectureProblems, loadedWith, MAX_LINES } from '../support/architecture';
import { projectFiles, textOf } from '../support/project-files';

/** The problems of one file that holds this text. */
const problemsOf = (path: string, ...lines: string[]): string[] =>
  architectureProblems([{ path, text: `${lines.join('\n')}\n` }]);

const sources = [...projectFiles('apps'), ...projectFiles('libs')]
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: textOf(path) }));

describe('the arrows of docs/architecture.md', () => {
  it('hold in apps/ and libs/', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(architectureProblems(sources)).toEqual([]);
  });

  it.each(['operating', 'definitions', 'contracts'].map((door) => `libs/queue/src/${door}`).concat('libs/tasks/src'))(
    'keep Nest out of what is loaded with %s: the command line starts without it',
    (door) => {
      const loaded = [...loadedWith(door, sources)];
      expect(loaded.length).toBeGreaterThan(5);
      expect(loaded.filter((target) => /^(?:@nestjs\/|piscina$|rxjs)/.test(target))).toEqual([]);
    },
  );
});

describe('the check of the arrows', () => {
  it.each([
    [
      'an app that names both libraries',
      'apps/worker/src/a.ts',
      "import { runApp } from '@app/queue'; export { x } from '@app/tasks';",
    ],
    ['an app inside itself', 'apps/worker/src/a/b.ts', "import { c } from '../c';"],
    [
      'a test of an app that uses the test tools',
      'apps/worker/src/a.spec.ts',
      "import { x } from '@app/queue/testing';",
    ],
    ['definitions on their door', 'libs/tasks/src/a.ts', "import { defineTask } from '@app/queue/definitions';"],
    ['types of the library in definitions', 'libs/tasks/src/a.ts', "import type { TaskQueue } from '@app/queue';"],
    ['the command line on its door', 'apps/cli/src/a.ts', "import { QueueOperations } from '@app/queue/operating';"],
    ['errors in a pure file', 'libs/queue/src/message/a.ts', "import { DefinitionError } from '../errors';"],
    [
      'cryptography where messages are sealed',
      'libs/queue/src/message/signature.ts',
      "import { sign } from 'node:crypto';",
    ],
    ['pure files in each other', 'libs/queue/src/message/a.ts', "import { queueName } from '../topology/names';"],
    [
      'contracts on what calculates, and types',
      'libs/queue/src/run-policy.ts',
      "import { exponential } from './consuming/backoff'; import { x } from './topology/names'; import type { A } from './threading/a';",
    ],
    ['wiring on a room', 'libs/queue/src/run-workers.ts', "import { Supervisor } from './supervising/supervisor';"],
    ['any type in a pure file', 'libs/queue/src/topology/names.ts', "import type { A } from '../consuming/a';"],
    ['types named one by one', 'libs/queue/src/topology/names.ts', "import { type A, type B } from '../consuming/a';"],
    ['what a test of a pure file needs', 'libs/queue/src/message/a.spec.ts', "import fc from 'fast-check';"],
    ['the client in connection/', 'libs/queue/src/connection/a.ts', "import { connect } from 'amqplib';"],
    [
      "the client's types that connection/ hands on",
      'libs/queue/src/consuming/a.ts',
      "import type { Channel } from '../connection/amqp';",
    ],
    ["the client's types in a test", 'libs/queue/src/consuming/a.spec.ts', "import type { Channel } from 'amqplib';"],
    [
      'the module on telemetry/',
      'libs/queue/src/queue.module.ts',
      "import { logEvents } from './telemetry/log-events';",
    ],
    [
      'the module of the metrics on what collects them',
      'libs/queue/src/metrics/metrics.module.ts',
      "import { AppMetrics } from '../telemetry/app-metrics';",
    ],
    [
      'the door of the metrics in an app',
      'apps/worker/src/a.ts',
      "import { MetricsModule } from '@app/queue/metrics';",
    ],
    ['the test kit on Nest’s', 'libs/queue/src/testing/a.ts', "import { Test } from '@nestjs/testing';"],
    ['telemetry/ in itself', 'libs/queue/src/telemetry/a.ts', "import { b } from './b';"],
    [
      'Nest where a thread begins',
      'libs/queue/src/threading/thread-app.ts',
      "import { NestFactory } from '@nestjs/core';",
    ],
    ['threads in threading/', 'libs/queue/src/threading/a.ts', "import { MessageChannel } from 'node:worker_threads';"],
    ['Nest at the door', 'libs/queue/src/consuming/a.ts', "import { ServerRMQ } from '@nestjs/microservices';"],
    [
      'a list of its own in the index of definitions',
      'libs/tasks/src/index.ts',
      "import { a } from './a'; export { a }; export const all = [a];",
    ],
    ['an index of names', 'libs/queue/src/index.ts', "export { a } from './a'; export type { B } from './b';"],
  ])('lets pass %s', (_what, path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });

  it.each([
    [
      'an app that reaches into a folder',
      'apps/worker/src/a.ts',
      "import { x } from '@app/queue/message/formats';",
      /only @app\/queue and .* may be imported/,
    ],
    [
      'an app that ships test tools',
      'apps/worker/src/a.ts',
      "import { x } from '@app/queue/testing';",
      /only @app\/queue and .* may be imported/,
    ],
    [
      'an app that goes around the names',
      'apps/worker/src/a.ts',
      "import { x } from '../../../libs/queue/src';",
      /may not leave apps\/worker/,
    ],
    [
      'an app on another app',
      'apps/worker/src/a.ts',
      "export { x } from '../../producer/src/x';",
      /may not leave apps\/worker/,
    ],
    ['an app on the AMQP client', 'apps/worker/src/a.ts', "import { connect } from 'amqplib';", /only connection\//],
    [
      'definitions inside the queue library',
      'libs/tasks/src/a.ts',
      "import { x } from '@app/queue/settings';",
      /only @app\/queue\/definitions may/,
    ],
    [
      'definitions that load Nest with the library',
      'libs/tasks/src/a.ts',
      "import { defineTask } from '@app/queue';",
      /only @app\/queue\/definitions may/,
    ],
    [
      'the command line on the library that loads Nest',
      'apps/cli/src/a.ts',
      "import type { TaskQueue } from '@app/queue';",
      /only @app\/queue\/operating and .* may/,
    ],
    [
      'the queue library on definitions',
      'libs/queue/src/a.ts',
      "import { x } from '@app/tasks';",
      /imports no other project/,
    ],
    ['the queue library on its own door', 'libs/queue/src/consuming/a.ts', "import { x } from '..';", /its own index/],
    [
      'cryptography in another pure file',
      'libs/queue/src/message/formats.ts',
      "import { sign } from 'node:crypto';",
      /a pure file/,
    ],
    ['a pure file that uses a library', 'libs/queue/src/message/a.ts', "import { of } from 'rxjs';", /a pure file/],
    [
      'a pure file that reads files',
      'libs/queue/src/message/a.ts',
      "import { readFile } from 'node:fs';",
      /a pure file/,
    ],
    [
      'a pure file that declares',
      'libs/queue/src/topology/names.ts',
      "import { declare } from './declare';",
      /a pure file/,
    ],
    [
      'a pure file with one value among types',
      'libs/queue/src/message/a.ts',
      "import { type A, b } from '../consuming/a';",
      /a pure file/,
    ],
    [
      'a pure file that passes a value on',
      'libs/queue/src/message/a.ts',
      "export { b } from '../consuming/a';",
      /a pure file/,
    ],
    [
      'a pure file that loads later',
      'libs/queue/src/message/a.ts',
      "const b = () => import('../consuming/a');",
      /a pure file/,
    ],
    ['a pure file that requires', 'libs/queue/src/message/a.ts', "const b = require('../consuming/a');", /a pure file/],
    [
      'a contract that imports a room',
      'libs/queue/src/run-policy.ts',
      "import { isOfClass } from './threading/sent-error';",
      /a contract imports no room/,
    ],
    [
      'the client outside connection/',
      'libs/queue/src/consuming/a.ts',
      "import { connect } from 'amqplib';",
      /only connection\//,
    ],
    [
      'a part of the client',
      'libs/queue/src/consuming/a.ts',
      "import { x } from 'amqplib/lib/defs';",
      /only connection\//,
    ],
    [
      "the client's types elsewhere",
      'libs/queue/src/producing/a.ts',
      "import type { Channel } from 'amqplib';",
      /only connection\//,
    ],
    [
      "the client's types where a queue is declared",
      'libs/queue/src/topology/declare.ts',
      "import type { Channel } from 'amqplib';",
      /only connection\//,
    ],
    [
      "the client's types named in passing",
      'libs/queue/src/producing/a.ts',
      "let c: import('amqplib').Channel;",
      /only connection\//,
    ],
    [
      'a channel that knows how to declare',
      'libs/queue/src/connection/a.ts',
      "import { declareConsumed } from '../topology/declare';",
      /would form a circle/,
    ],
    [
      'logging in the middle of the work',
      'libs/queue/src/consuming/a.ts',
      "import { x } from '../telemetry/x';",
      /nobody imports telemetry\//,
    ],
    [
      'spans in the middle of the work',
      'libs/queue/src/producing/a.ts',
      "import { trace } from '@opentelemetry/api';",
      /only telemetry\/ knows OpenTelemetry/,
    ],
    [
      'a type of what is written down in the middle of the work',
      'libs/queue/src/consuming/a.ts',
      "import type { BeatQueue } from '../history/lifecycle-record';",
      /consuming\/ knows nothing of history\//,
    ],
    [
      'Nest in a plain room',
      'libs/queue/src/producing/a.ts',
      "import type { Type } from '@nestjs/common';",
      /without Nest/,
    ],
    [
      'Nest in the middle of the threads',
      'libs/queue/src/threading/thread-run.ts',
      "import type { Type } from '@nestjs/common';",
      /without Nest/,
    ],
    [
      'a room that loads what tests use',
      'libs/queue/src/consuming/a.ts',
      "import { x } from '../testing/x';",
      /only tests load/,
    ],
    ['an app that tests itself', 'apps/worker/src/a.ts', "import { Test } from '@nestjs/testing';", /only tests load/],
    [
      'an app with a broker in it',
      'apps/worker/src/a.ts',
      "import { x } from '@app/queue/testing';",
      /may be imported/,
    ],
    [
      'a framework in the test kit',
      'libs/queue/src/testing/a.ts',
      "import { expect } from '@jest/globals';",
      /no test framework/,
    ],
    ['metrics elsewhere', 'apps/worker/src/a.ts', "import { Counter } from 'prom-client';", /only telemetry\//],
    ['threads elsewhere', 'apps/worker/src/a.ts', "const p = import('piscina');", /only threading\//],
    ['an index that exports all', 'libs/queue/src/index.ts', "export * from './a';", /does not list the names/],
    [
      'an index that exports all by a name',
      'libs/tasks/src/index.ts',
      "export * as a from './a';",
      /does not list the names/,
    ],
    ['an index with code in it', 'libs/queue/src/index.ts', 'export const a = 1;', /more than exports/],
  ])('sees %s', (_what, path, text, problem) => {
    expect(problemsOf(path, text)).toEqual([expect.stringMatching(problem)]);
  });

  it('follows what a file loads through doors, and neither types nor what is imported later', () => {
    const chain = [
      { path: 'libs/tasks/src/index.ts', text: "export { a } from './a'; import type { x } from 'types';" },
      { path: 'libs/tasks/src/a.ts', text: "import { b } from '@app/queue/definitions'; void import('later');" },
      { path: 'libs/queue/src/definitions/index.ts', text: "export { c } from '../c';" },
      { path: 'libs/queue/src/c.ts', text: "import { d } from '@nestjs/common';" },
    ];
    expect([...loadedWith('libs/tasks/src', chain)]).toEqual([
      'libs/tasks/src',
      'libs/tasks/src/a',
      'libs/queue/src/definitions',
      'libs/queue/src/c',
      '@nestjs/common',
    ]);
  });

  it('sees a file that is too long, and only then', () => {
    const line = 'export {};';
    expect(problemsOf('apps/worker/src/a.ts', ...Array<string>(MAX_LINES).fill(line))).toEqual([]);
    expect(problemsOf('apps/worker/src/a.ts', ...Array<string>(MAX_LINES + 1).fill(line))).toEqual([
      expect.stringMatching(/has 251 lines/),
    ]);
  });
});
