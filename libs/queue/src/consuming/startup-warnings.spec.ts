import type { MessageHandler } from '@nestjs/microservices';
import { z } from 'zod';
import { defineEvent } from '../define-event';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { QueueEvents } from '../events';
import { exceptOn } from '../run-policy';
import { TaskRegistry } from '../task-registry';
import { fixed } from './backoff';
import { tellOfHandlers, warnOfDefinitions, warnOfThreads } from './startup-warnings';

const payload = z.string();
const backoff = fixed(100);
const retryIf = exceptOn(TypeError);
const slow = defineQueue({ name: 'slow', timeout: 2_000 });
const patient = defineQueue({ name: 'patient', backoff });
const eager = defineQueue({ name: 'eager', attempts: 5, backoff });

function warningsOf(...tasks: TaskDefinition[]): object[] {
  const events = new QueueEvents();
  const seen: object[] = [];
  for (const name of ['timeout.too-long', 'attempts.missing'] as const) events.on(name, (event) => seen.push(event));
  warnOfDefinitions(new TaskRegistry(tasks), 1_000, events);
  return seen;
}

describe('a worker that starts warns', () => {
  it('of a timeout that is longer than the broker waits', () => {
    expect(warningsOf(defineTask({ name: 'a', payload, queue: slow, timeout: 1_001 }))).toEqual([
      { name: 'a', timeout: 1_001, brokerAckTimeout: 1_000 },
      { name: 'slow', timeout: 2_000, brokerAckTimeout: 1_000 },
    ]);
  });

  it.each<[string, TaskDefinition, object[]]>([
    ['a backoff', defineTask({ name: 'a', payload, backoff }), [{ name: 'a', options: ['backoff'] }]],
    ['a retryIf', defineTask({ name: 'a', payload, retryIf }), [{ name: 'a', options: ['retryIf'] }]],
    [
      'both, and one attempt that was asked for',
      defineTask({ name: 'a', payload, queue: eager, attempts: 1, backoff: fixed(1), retryIf }),
      [{ name: 'a', options: ['backoff', 'retryIf'] }],
    ],
    [
      'a backoff of its queue',
      defineTask({ name: 'a', payload, queue: patient }),
      [{ name: 'patient', options: ['backoff'] }],
    ],
  ])('of %s that no second attempt makes use of', (_what, task, warnings) => {
    expect(warningsOf(task)).toEqual(warnings);
  });

  it('of nothing that is in use, or meant for others', () => {
    const tasks = [
      defineTask({ name: 'a', payload }),
      defineTask({ name: 'b', payload, attempts: 2, backoff, retryIf, timeout: 1_000 }),
      defineTask({ name: 'c', payload, queue: eager }),
      defineTask({ name: 'd', payload, queue: eager, attempts: 1 }),
      defineTask({ name: 'e', payload, queue: patient }),
      defineTask({ name: 'f', payload, queue: patient, attempts: 2 }),
    ];
    expect(warningsOf(...tasks)).toEqual([]);
  });
});

describe('a worker with threads that starts warns', () => {
  const computing = (name: string, concurrency?: number): TaskDefinition => {
    const queue = defineQueue({ name, ...(concurrency !== undefined && { concurrency }) });
    return defineTask({ name, payload, queue, runIn: 'thread' });
  };

  /** What is told where the queues have two slots, unless they say otherwise. */
  function warnedOf(threads: number, ...tasks: TaskDefinition[]): object[] {
    const events = new QueueEvents();
    const seen: object[] = [];
    events.on('threads.too-few', (event) => seen.push(event));
    warnOfThreads(tasks, threads, ({ queue: { concurrency = 2 } }) => concurrency, events);
    return seen;
  }

  it('once of each queue that has more slots than there are threads, for tasks that wait for one', () => {
    const many = computing('many', 5);
    const another = defineTask({ name: 'another', payload, queue: many.queue, runIn: 'thread' });
    expect(warnedOf(1, computing('two'), computing('one', 1), many, another)).toEqual([
      { queue: 'two', concurrency: 2, threads: 1 },
      { queue: 'many', concurrency: 5, threads: 1 },
    ]);
  });

  it('of no queue that has as many, or whose tasks run in the worker', () => {
    expect(warnedOf(2, computing('two'), defineTask({ name: 'a', payload, queue: slow }))).toEqual([]);
    expect(warnedOf(0, computing('many', 5))).toEqual([]);
  });
});

describe('a worker that starts tells', () => {
  const bindings = [{ exchange: 'orders', pattern: 'order.*' }];
  const bound = defineQueue({ name: 'bound', bindings });
  const [placed, changed] = ['order.placed', 'stock.changed'].map((name) =>
    defineEvent({ name, exchange: 'orders', payload }),
  );
  const tasks = ['a', 'b'].map((name) => defineTask({ name, payload, queue: slow }));
  const registry = new TaskRegistry(
    [...tasks, defineTask({ name: 'elsewhere', payload })],
    [bound],
    [placed, changed].flatMap((event) => event ?? []),
  );

  /** What is told of these handlers: a name, or a name and whether it takes events. */
  function toldOf(...names: (string | [name: string, isEventHandler: boolean])[]): object[] {
    const events = new QueueEvents();
    const seen: object[] = [];
    for (const name of ['handler.missing', 'definition.missing'] as const) events.on(name, (event) => seen.push(event));
    const handlers = new Map(
      names.map((one): [string, MessageHandler] => {
        const [name, isEventHandler] = typeof one === 'string' ? [one, true] : one;
        return [name, Object.assign(() => Promise.resolve(), { isEventHandler })];
      }),
    );
    const handlerOf = (name: string): MessageHandler | null => handlers.get(name) ?? null;
    tellOfHandlers({ registry, queues: [slow, bound], handlers, handlerOf }, events);
    return seen;
  }

  it('of each task and event of its queues that it has no handler for', () => {
    expect(toldOf('a')).toEqual([
      { name: 'b', queue: 'slow' },
      { name: 'order.placed', queue: 'bound' },
    ]);
  });

  it('of all handlers together that nobody has defined anything for', () => {
    expect(toldOf('a', 'b', 'order.placed', 'bb', 'elsewhere', 'c')).toEqual([{ names: ['bb', 'c'] }]);
  });

  it('of nothing that is as it should be: requests and patterns have no definitions', () => {
    expect(toldOf('a', 'b', 'order.placed', 'stock.changed', 'log.*', ['sum', false])).toEqual([]);
  });
});
