import { EventEmitter } from 'node:events';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { RetryLater } from '../errors';
import { QueueEvents } from '../events';
import { ThreadPool } from './thread-pool';

/** A pool whose threads end while they begin: it tells of it, and what waits for them waits on. */
class PoolWithoutThreads extends EventEmitter {
  run(_task: unknown, { signal }: { signal: AbortSignal }): Promise<never> {
    setImmediate(() => this.emit('error', new Error('no thread for you')));
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

jest.mock('piscina', () => ({ __esModule: true, default: PoolWithoutThreads }));

it('a task for which no thread can begin comes back, and it is told', async () => {
  const events = new QueueEvents();
  const told: string[] = [];
  events.on('thread.failed', ({ why }) => told.push(why));
  const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
  const context = {
    queue: 'tasks',
    signal: new AbortController().signal,
    getMessage: () => ({ content: Buffer.from(''), fields: {}, properties: {} }),
  } as unknown as TaskContext;
  const pool = new ThreadPool(
    Object.assign(() => Promise.resolve({}), { file: 'a' }),
    events,
    1,
  );
  const [[, handler] = []] = pool.handlers([task]);
  await expect(handler?.('x', context)).rejects.toThrow(RetryLater);
  await expect(handler?.('x', context)).rejects.toThrow(/no thread for you/);
  expect(told).toEqual(['no thread for you', 'no thread for you']);
  await pool.close();
});
