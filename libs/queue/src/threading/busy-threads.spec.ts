import { EventEmitter } from 'node:events';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { QueueEvents } from '../events';
import type { ThreadTask } from './crossing';
import { ThreadPool } from './thread-pool';

/** A pool whose other thread fails while this one boots. */
class BusyPool extends EventEmitter {
  async run({ port }: ThreadTask, { signal }: { signal: AbortSignal }): Promise<object> {
    port.postMessage({ kind: 'arrived' });
    this.emit('error', new Error('another thread'));
    port.close();
    return signal.aborted ? Promise.reject(new Error('ended')) : {};
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

jest.mock('piscina', () => ({ __esModule: true, default: BusyPool }));

it('a run that has its thread outlives another thread', async () => {
  const events = new QueueEvents();
  const told: string[] = [];
  events.on('thread.failed', ({ why }) => told.push(why));
  const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
  const context = {
    queue: 'tasks',
    signal: new AbortController().signal,
    getMessage: () => ({ content: Buffer.from(''), fields: {}, properties: {} }),
  } as unknown as TaskContext;
  const program = Object.assign(() => Promise.resolve({}), { file: 'a' });
  const pool = new ThreadPool(program, events, 1);
  const [[, handler] = []] = pool.handlers([task]);
  await handler?.('x', context);
  expect(told).toEqual(['another thread']);
  await pool.close();
});
