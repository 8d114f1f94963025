import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { RetryLater } from '../errors';
import { QueueEvents } from '../events';
import type { ThreadTask } from './crossing';
import { InThread } from './in-thread';
import type { ThreadApp } from './in-thread';
import { ThreadPool } from './thread-pool';

const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
const message = { content: Buffer.from(''), fields: {}, properties: {} };
const context = {
  queue: 'tasks',
  signal: new AbortController().signal,
  getMessage: () => message,
} as unknown as TaskContext;

const events = new QueueEvents();
const told: string[] = [];
events.on('thread.failed', ({ why }) => told.push(why));
beforeEach(() => told.splice(0));

/** Runs tasks as a thread does, with the module that this boots. */
function handlerOf(boot: () => Promise<ThreadApp>, bootTimeout?: number): (payload: string) => Promise<void> {
  const thread = new InThread(boot);
  const program = Object.assign((run: ThreadTask) => thread.run(run), { file: 'a' });
  const [[, handler] = []] = new ThreadPool(program, events, 0, bootTimeout).handlers([task]);
  return async (payload) => handler?.(payload, context);
}

const later = { delay: 10_000, counted: false };

it('a boot that fails is no attempt of the task: it is told, and the task comes back', async () => {
  const handled: unknown[] = [];
  const app: ThreadApp = {
    handle: (_name, payload) => Promise.resolve(handled.push(payload)),
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
  const app: ThreadApp = { handle: () => Promise.reject(new RangeError('no')), close: () => Promise.resolve() };
  await expect(handlerOf(() => Promise.resolve(app))('x')).rejects.toThrow(RangeError);
  expect(told).toEqual([]);
});

it('a boot that never ends is ended, and is one that failed', async () => {
  const handle = handlerOf(() => new Promise(() => undefined), 20);
  await expect(handle('x')).rejects.toMatchObject(later);
  expect(told).toEqual([expect.stringContaining('it has not booted in 20 ms')]);
});

it('a handler may take longer than a boot may', async () => {
  const app: ThreadApp = {
    handle: () => new Promise((resolve) => setTimeout(resolve, 50)),
    close: () => Promise.resolve(),
  };
  await handlerOf(() => Promise.resolve(app), 20)('x');
  expect(told).toEqual([]);
});

it('a thread says that it has the task before it boots', async () => {
  const { port1, port2 } = new MessageChannel();
  const run = { name: 'threaded', queue: 'tasks', attempts: 1, payload: 'x', message, port: port2 };
  void new InThread(() => new Promise(() => undefined)).run(run as unknown as ThreadTask);
  expect(receiveMessageOnPort(port1)).toEqual({ message: { kind: 'arrived' } });
  port1.close();
});
