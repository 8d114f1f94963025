import { EventEmitter, once } from 'node:events';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { RetryLater } from '../errors';
import { QueueEvents } from '../events';
import { MAX_RESULT_BYTES, resultText } from '../history/small-result';
import type { ThreadTask } from './crossing';
import { InThread } from './in-thread';
import type { ThreadApp } from './in-thread';
import { ThreadPool } from './thread-pool';

const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
const message = { content: Buffer.from(''), fields: {}, properties: {} };
const ack = jest.fn();
const context = {
  queue: 'tasks',
  signal: new AbortController().signal,
  getMessage: () => message,
  getChannelRef: () => ({ ack }),
} as unknown as TaskContext;

const events = new QueueEvents();
const told: string[] = [];
events.on('thread.failed', ({ why }) => told.push(why));
beforeEach(() => told.splice(0));
afterEach(() => jest.useRealTimers());

/** Runs tasks as a thread does, with the module that this boots. */
function handlerOf(
  boot: () => Promise<ThreadApp>,
  bootTimeout?: number,
  defined: TaskDefinition = task,
): (payload: string) => Promise<unknown> {
  const thread = new InThread(boot);
  const program = Object.assign((run: ThreadTask) => thread.run(run), { file: 'a' });
  const [[, handler] = []] = new ThreadPool(program, events, 0, {
    bootTimeout: bootTimeout ?? 60_000,
    firstRest: 1,
  }).handlers([defined]);
  return async (payload) => handler?.(payload, context);
}

const later = { delay: 10_000, counted: false };

it('a boot that fails is no attempt of the task: it is told, and the task comes back', async () => {
  const handled: unknown[] = [];
  const app: ThreadApp = {
    handle: (_name, payload) => Promise.resolve(handled.push(payload)),
    handles: [],
    close: () => Promise.resolve(),
  };
  const boots = [Promise.reject(new TypeError('no database')), Promise.resolve(app)];
  const handle = handlerOf(() => boots.shift() ?? Promise.reject(new Error('booted twice')));
  const error: unknown = await handle('first').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetryLater);
  expect(error).toMatchObject({ ...later, cause: expect.any(TypeError) });
  expect(told).toEqual([expect.stringContaining('TypeError: no database')]);
  await handle('second');
  await handle('third');
  expect(handled).toEqual(['second', 'third']);
  expect(told).toHaveLength(1);
});

it('what the handler throws is its own', async () => {
  const app: ThreadApp = {
    handle: () => Promise.reject(new RangeError('no')),
    handles: [],
    close: () => Promise.resolve(),
  };
  await expect(handlerOf(() => Promise.resolve(app))('x')).rejects.toThrow(RangeError);
  expect(told).toEqual([]);
});

describe('what the handler returns', () => {
  const returning = (result: unknown, defined = task): Promise<unknown> =>
    handlerOf(
      () => Promise.resolve({ handle: () => Promise.resolve(result), handles: [], close: () => Promise.resolve() }),
      undefined,
      defined,
    )('x');

  it.each([
    [{ at: new Date(0), none: undefined }, { at: '1970-01-01T00:00:00.000Z' }],
    ['done', 'done'],
    [0, 0],
    [undefined, undefined],
    [() => 'no JSON', undefined],
  ])('leaves the thread as what is kept of it: %p', async (result, kept) => {
    expect(await returning(result)).toEqual(kept);
  });

  it('stays there when it is too large to be kept, which is told', async () => {
    expect(resultText(await returning('x'.repeat(MAX_RESULT_BYTES)))).toBe(false);
    expect(await returning('x'.repeat(MAX_RESULT_BYTES - 2))).toHaveLength(MAX_RESULT_BYTES - 2);
  });

  it('stays there when the definition says that it is not kept', async () => {
    const secret = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string(), keepResult: false });
    expect(await returning('secret', secret)).toBeUndefined();
  });
});

it('a boot that never ends is ended, and is one that failed', async () => {
  const handle = handlerOf(() => new Promise(() => undefined), 20);
  await expect(handle('x')).rejects.toMatchObject(later);
  expect(told).toEqual([expect.stringContaining('it has not booted in 20 ms')]);
});

it('a handler may take longer than a boot may', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  const handler = new EventEmitter();
  const app: ThreadApp = {
    handle: (_name, _payload, delivered) => {
      delivered.getChannelRef().ack(delivered.getMessage());
      return once(handler, 'end');
    },
    handles: [],
    close: () => Promise.resolve(),
  };
  const handled = handlerOf(() => Promise.resolve(app), 20)('x');
  // The worker has heard of the beginning before it hears of this.
  await new Promise((resolve) => ack.mockImplementationOnce(resolve));
  jest.advanceTimersByTime(21);
  handler.emit('end');
  await handled;
  expect(told).toEqual([]);
});

it('a thread says that it has the task before it boots', async () => {
  const { port1, port2 } = new MessageChannel();
  const run = { name: 'threaded', queue: 'tasks', attempts: 1, payload: 'x', message, port: port2 };
  void new InThread(() => new Promise(() => undefined)).run(run as unknown as ThreadTask);
  expect(receiveMessageOnPort(port1)).toEqual({ message: { kind: 'arrived' } });
  port1.close();
});
