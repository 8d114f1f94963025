import { EventEmitter } from 'node:events';
import { MessagePort } from 'node:worker_threads';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { RetryLater } from '../errors';
import { QueueEvents } from '../events';
import type { ThreadTask } from './crossing';
import { ThreadPool } from './thread-pool';

type Run = (pool: EventEmitter, task: ThreadTask, signal: AbortSignal) => Promise<object>;

let run: Run;
/** Why the next pool cannot be made. */
let noPool: Error | undefined;

/** Stands for piscina's pool: what it does with a run is the test's. */
class FakePool extends EventEmitter {
  constructor() {
    super();
    if (noPool !== undefined) throw noPool;
  }

  run(task: ThreadTask, { signal }: { signal: AbortSignal }): Promise<object> {
    return run(this, task, signal);
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

jest.mock('piscina', () => ({ __esModule: true, default: FakePool }));

const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
const context = {
  queue: 'tasks',
  signal: new AbortController().signal,
  getMessage: () => ({ content: Buffer.from(''), fields: {}, properties: {} }),
} as unknown as TaskContext;

let pool: ThreadPool;
let told: string[];
let handle: () => Promise<unknown> | undefined;

beforeEach(() => {
  const events = new QueueEvents();
  told = [];
  noPool = undefined;
  events.on('thread.failed', ({ why }) => told.push(why));
  const program = Object.assign(() => Promise.resolve({}), { file: 'a' });
  pool = new ThreadPool(program, events, 1, { firstRest: 1 });
  const [[, handler] = []] = pool.handlers([task]);
  handle = () => handler?.('x', context);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await pool.close();
});

it('a run that has its thread outlives another thread', async () => {
  run = (threads, { port }, signal) => {
    port.postMessage({ kind: 'arrived' });
    threads.emit('error', new Error('another thread'));
    port.close();
    return signal.aborted ? Promise.reject(new Error('ended')) : Promise.resolve({});
  };
  await handle();
  expect(told).toEqual(['another thread']);
});

it('a task for which no thread can begin comes back, and it is told', async () => {
  // The pool tells that its threads end while they begin, and what waits for them waits on.
  run = (threads, _task, signal) => {
    setImmediate(() => threads.emit('error', new Error('no thread for you')));
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  await expect(handle()).rejects.toThrow(RetryLater);
  await expect(handle()).rejects.toThrow(/no thread for you/);
  expect(told).toEqual(['no thread for you', 'no thread for you']);
});

it('a task for which there is no pool comes back, and the next one has a pool made anew', async () => {
  const closed = jest.spyOn(MessagePort.prototype, 'close');
  noPool = new Error('no pool for you');
  await expect(handle()).rejects.toThrow(RetryLater);
  await expect(handle()).rejects.toMatchObject({ counted: false });
  const why = "The task's thread could not begin it (Error: no pool for you).";
  expect(told).toEqual([why, why]);
  expect(closed).toHaveBeenCalledTimes(2);

  noPool = undefined;
  run = () => Promise.resolve({});
  await expect(handle()).resolves.toBeUndefined();
});
