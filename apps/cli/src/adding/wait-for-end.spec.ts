import type { TaskRecord } from '@app/queue/operating';
import { waitForEnd } from './wait-for-end';
import type { ToldTasks } from './wait-for-end';

const TIMEOUT_MS = 60_000;

/** Tasks that a test tells of. */
class Told implements ToldTasks {
  problem: string | undefined;
  watching = 0;
  private task: TaskRecord | undefined;
  private listener: () => void = () => undefined;
  readonly view = { get: () => this.task };

  watch(_id: string, listener: () => void): () => void {
    this.watching += 1;
    this.listener = listener;
    return () => {
      this.watching -= 1;
    };
  }

  tell(state: TaskRecord['state'], facts: Partial<TaskRecord> = {}): void {
    this.task = { id: 'a', queue: 'images', state, updatedAt: 0, attempt: 1, attempts: [], ...facts };
    this.listener();
  }
}

/** Waits, and gathers what is told on the way. */
function waiting(told: Told, signal = new AbortController().signal): { end: Promise<string>; states: string[] } {
  const states: string[] = [];
  const end = waitForEnd(told, 'a', ({ state }) => states.push(state), { timeout: TIMEOUT_MS, signal });
  return { end: end.then((task) => (typeof task === 'string' ? task : task.state)), states };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('waiting for the end of a task', () => {
  it('tells of each change, and ends with the task', async () => {
    const told = new Told();
    const { end, states } = waiting(told);
    for (const state of ['queued', 'running', 'dead-lettered'] as const) told.tell(state);
    expect(await end).toBe('dead-lettered');
    expect({ states, watching: told.watching }).toEqual({
      states: ['queued', 'running', 'dead-lettered'],
      watching: 0,
    });
  });

  it('ends at once when it is cancelled before its time has come', async () => {
    const told = new Told();
    const { end } = waiting(told);
    told.tell('delayed', { dueAt: Date.now() + 3_600_000 });
    expect(told.watching).toBe(1);
    told.tell('delayed', { dueAt: Date.now() + 3_600_000, cancelRequestedBy: 'anna' });
    expect(await end).toBe('delayed');
    expect({ timers: jest.getTimerCount(), watching: told.watching }).toEqual({ timers: 0, watching: 0 });
  });

  it('ends when it waits for a worker and is cancelled, once a run that had begun before would have been told of', async () => {
    const told = new Told();
    const { end, states } = waiting(told);
    told.tell('queued', { cancelRequestedBy: 'anna' });
    await jest.advanceTimersByTimeAsync(2_500);
    told.tell('running', { cancelRequestedBy: 'anna' });
    await jest.advanceTimersByTimeAsync(10_000);
    told.tell('queued', { cancelRequestedBy: 'anna' });
    await jest.advanceTimersByTimeAsync(2_500);
    expect(told.watching).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await end).toBe('queued');
    expect(states).toEqual(['queued', 'running', 'queued']);
  });

  it('ends when it has taken too long', async () => {
    const told = new Told();
    const { end } = waiting(told);
    told.tell('running');
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
    expect(await end).toBe('It has not ended within 1m');
    expect({ timers: jest.getTimerCount(), watching: told.watching }).toEqual({ timers: 0, watching: 0 });
  });

  it('ends when nobody can know, and not for a moment of it', async () => {
    const told = new Told();
    const { end } = waiting(told);
    told.problem = 'the connection was lost';
    await jest.advanceTimersByTimeAsync(4_000);
    told.problem = undefined;
    await jest.advanceTimersByTimeAsync(4_000);
    told.problem = 'the stream was deleted';
    await jest.advanceTimersByTimeAsync(4_000);
    expect(told.watching).toBe(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await end).toBe('What becomes of it is not known any more (the stream was deleted)');
  });

  it('ends when it is told to, also before it has begun', async () => {
    const controller = new AbortController();
    const { end } = waiting(new Told(), controller.signal);
    controller.abort();
    expect(await end).toBe('Not waited for any longer');
    expect(await waiting(new Told(), controller.signal).end).toBe('Not waited for any longer');
  });
});
