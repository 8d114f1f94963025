import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { QueueEvents } from '../events';
import type { ThreadTask } from './crossing';
import { InThread } from './in-thread';
import type { ThreadApp } from './in-thread';
import type { ThreadDefinition } from './open-threads';
import { ThreadPool } from './thread-pool';
import type { ThreadPace } from './thread-pool';

const task = defineTask({ name: 'threaded', runIn: 'thread', payload: z.string() });

/** What a run takes from its context; it is lost when the test says so. */
function contextOf(signal = new AbortController().signal): TaskContext & { isLost: boolean } {
  const message = { content: Buffer.from(''), fields: {}, properties: {} };
  return { queue: 'tasks', signal, isLost: false, getMessage: () => message } as unknown as TaskContext & {
    isLost: boolean;
  };
}

/** Turns of the event loop, in which what crosses between the two sides of a run arrives. */
async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

let pool: ThreadPool;
let handle: (payload: string, context?: TaskContext) => Promise<unknown>;

function open(program: ThreadDefinition, size: number, pace?: Partial<ThreadPace>): void {
  pool = new ThreadPool(program, new QueueEvents(), size, pace);
  const [[, handler] = []] = pool.handlers([task]);
  handle = async (payload, context = contextOf()) => handler?.(payload, context);
}

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(async () => {
  jest.useRealTimers();
  await pool.close();
});

describe('after a thread that could not boot its module', () => {
  let boots: number;
  let app: ThreadApp | undefined;

  beforeEach(() => {
    boots = 0;
    app = undefined;
    const inside = new InThread(() => {
      boots += 1;
      return app === undefined ? Promise.reject(new Error('no addon')) : Promise.resolve(app);
    });
    open(
      Object.assign((run: ThreadTask) => inside.run(run), { file: 'a' }),
      0,
    );
  });

  it('the next one is tried after a pause, twice as long each time and a minute at most, and readiness says why', async () => {
    await expect(handle('x')).rejects.toThrow('no addon');
    expect(pool.problems).toEqual([
      expect.stringMatching(/^no thread has begun a task since one could not: .*no addon/),
    ]);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const tried = boots;
      const end = handle('x').catch((error: unknown) => error);
      await turns();
      jest.advanceTimersByTime(seconds * 1_000 - 10);
      await turns();
      expect(boots).toBe(tried);
      jest.advanceTimersByTime(10);
      expect(await end).toMatchObject({ counted: false });
      expect(boots).toBe(tried + 1);
    }
  });

  it('all is forgotten when one has booted', async () => {
    await expect(handle('x')).rejects.toThrow('no addon');
    app = { handle: () => Promise.resolve('done'), handles: [], close: () => Promise.resolve() };
    const end = handle('x');
    await turns();
    jest.advanceTimersByTime(1_000);
    expect(await end).toBe('done');
    expect(pool.problems).toEqual([]);
    expect(await handle('x')).toBe('done'); // without a pause
  });

  it('a task whose signal fires in the pause is not tried', async () => {
    await expect(handle('x')).rejects.toThrow('no addon');
    const stop = new AbortController();
    const end = handle('x', contextOf(stop.signal)).catch((error: unknown) => error);
    await turns();
    stop.abort(new Error('the worker stops'));
    expect(await end).toMatchObject({ message: 'the worker stops' });
    expect(boots).toBe(1);
  });
});

describe('a task that waits for a thread', () => {
  it('is not begun when its signal had fired before', async () => {
    const program = jest.fn(() => Promise.resolve({}));
    open(Object.assign(program, { file: 'a' }), 0);
    const context = contextOf(AbortSignal.abort(new Error('cancelled')));
    await expect(handle('x', context)).rejects.toThrow('cancelled');
    expect(program).not.toHaveBeenCalled();
  });

  it('leaves when its channel has closed, and the others wait on', async () => {
    jest.useRealTimers(); // a thread is begun
    const program: ThreadDefinition = Object.assign(() => Promise.resolve({}), { file: '/nobody/made/this.js' });
    open(program, 1, { firstRest: 1 });
    const busy = handle('holds the thread').catch(() => 'ended');
    const context = contextOf();
    const left = handle('lost', context).catch((error: unknown) => error);
    const stays = handle('stays').catch(() => 'tried');
    context.isLost = true;
    pool.dropGone();
    expect(await Promise.race([left, busy, stays])).toMatchObject({
      message: expect.stringContaining('the broker hands it out again'),
    });
    expect([await busy, await stays]).toEqual(['ended', 'tried']);
  });
});
