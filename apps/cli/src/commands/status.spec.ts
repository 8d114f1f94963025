import type { QueueOperations, QueueRecord } from '@app/queue/operating';
import { listen } from './status';

const never = new Promise<void>(() => undefined);
const queue: QueueRecord = {
  queue: 'images',
  running: 2,
  workers: 1,
  queued: 3,
  delayed: 0,
  retrying: 0,
  deadLettered: 0,
  oldest: 42_000,
  donePerSecond: 1,
  failed: 0,
  sparkline: [],
};

/** A history that takes so long to read, and knows of so many running tasks. */
const history = (opening: Promise<void>, running: number, problem?: string) => ({
  open: () => opening,
  problem,
  view: { queues: () => [{ ...queue, running }] },
});

function told(all: ReturnType<typeof history>, late = history(never, 0), steered: Promise<void> = Promise.resolve()) {
  const recent = jest.fn(() => late);
  const steering = { open: () => steered, paused: new Map(), problem: undefined };
  const operations = { history: all, recent, steering } as unknown as QueueOperations;
  return { told: listen(operations), recent };
}

beforeEach(() => jest.useFakeTimers({ now: 10_000_000 }));
afterEach(() => jest.useRealTimers());

describe('what workers told, as warren status asks for it', () => {
  it('is all of it where that is read soon', async () => {
    const { told: listening, recent } = told(history(Promise.resolve(), 2));
    expect(await listening).toEqual({ queues: [queue], paused: new Map(), problems: [] });
    expect(recent).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is of the last ten minutes where all of it is too much, and says that the oldest may be older', async () => {
    const { told: listening, recent } = told(history(never, 0), history(Promise.resolve(), 7));
    await jest.advanceTimersByTimeAsync(1_500);
    const { queues, problems } = await listening;
    expect(queues).toEqual([{ ...queue, running: 7, isAtLeast: true }]);
    expect(problems).toEqual([expect.stringMatching(/from the last 10m, and the oldest may be older\.$/)]);
    expect(recent).toHaveBeenCalledWith(10_000_000 + 1_500 - 600_000);
  });

  it('is what could be read by then where that takes long as well, and says so, of orders too', async () => {
    const { told: listening } = told(history(never, 0), history(never, 1), never);
    await jest.advanceTimersByTimeAsync(3_000);
    expect((await listening).problems).toEqual([
      expect.stringContaining('may be old'),
      'Which queues are paused is not read to its end.',
    ]);
  });

  it('is not known where there is no history, and why', async () => {
    const { told: listening } = told(history(Promise.resolve(), 0, 'no streams'));
    expect((await listening).problems).toEqual(['Running, oldest and done/s are not known: no streams']);
  });
});
