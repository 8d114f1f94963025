import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { DefinitionError, RetryLater } from '../errors';
import { QueueEvents } from '../events';
import type { ThreadDefinition } from './open-threads';
import { ThreadPool } from './thread-pool';

const threaded = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });
const plain = defineTask({ name: 'plain', payload: z.string() });

/** What a run takes from its context. */
const context = {
  queue: 'tasks',
  signal: new AbortController().signal,
  getMessage: () => ({ content: Buffer.from(''), fields: {}, properties: {} }),
} as unknown as TaskContext;

const program = (file: string): ThreadDefinition => Object.assign(() => Promise.resolve({}), { file });

let pool: ThreadPool;
afterEach(() => pool.close());

async function run(file: string): Promise<void> {
  pool = new ThreadPool(program(file), new QueueEvents(), 1);
  const [[, handler] = []] = pool.handlers([threaded]);
  await handler?.('x', context);
}

describe('the threads of a worker', () => {
  it('handle the tasks that are defined so, and no others', () => {
    pool = new ThreadPool(program('a'), new QueueEvents());
    expect(pool.handlers([plain, threaded]).map(([name]) => name)).toEqual(['threaded']);
  });

  it('are asked for only by a worker that handles such a task', () => {
    pool = new ThreadPool(undefined, new QueueEvents());
    expect(pool.handlers([plain])).toEqual([]);
    expect(() => pool.handlers([plain, threaded])).toThrow(DefinitionError);
  });

  it('send a task back whose program is not there', async () => {
    await expect(run('/nobody/made/this.js')).rejects.toThrow(RetryLater);
    await expect(run('/nobody/made/this.js')).rejects.toThrow(/this\.js/);
  });
});
