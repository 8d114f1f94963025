import type { TaskHistory } from '@app/queue';
import { HistoryPast } from './history-past';

const queue = {
  queue: 'images',
  running: 2,
  queued: 3,
  delayed: 0,
  retrying: 0,
  deadLettered: 1,
  workers: 1,
  oldest: 4_000,
  isAtLeast: true,
  donePerSecond: 1.5,
  failed: 0,
  wait: { p50: 1, p95: 20 },
  run: { p50: 2, p95: 30 },
  sparkline: [1, 2],
};

/** A history that says this, and what it was asked for. */
function past(state: TaskHistory['state'], problem?: string, clock?: () => number) {
  let listener: (record: object) => void = () => undefined;
  const view = {
    get: jest.fn(),
    search: jest.fn(() => ({ tasks: [{ id: 'a' }], total: 3 })),
    nextDue: jest.fn(() => ({ tasks: [{ id: 'soon', dueAt: 5 }], total: 3 })),
    queues: jest.fn(() => [queue]),
    workers: () => [
      {
        worker: 'host-1',
        state: 'alive',
        beatAt: 7,
        running: ['a'],
        queues: [{ queue: 'images', running: 3, concurrency: 5 }],
      },
    ],
  };
  const subscribe = (one: typeof listener): void => void (listener = one);
  const history = { state, problem, view, subscribe } as unknown as TaskHistory;
  return { past: new HistoryPast(history, clock), view, tell: (record: object) => listener(record) };
}

describe('the past as the history tells it', () => {
  it('has each queue’s figures, counted once for all rows of a page, and zeros for one that was never heard of', () => {
    const { past: told, view } = past('live');
    expect(told.queue('images', 1_000)).toEqual({
      running: 2,
      donePerSecond: 1.5,
      spark: [1, 2],
      oldest: 4_000,
      isAtLeast: true,
      waitP95: 20,
      runP95: 30,
    });
    expect(told.queue('mails', 1_100)).toEqual({ running: 0, donePerSecond: 0, spark: [] });
    expect(view.queues).toHaveBeenCalledTimes(1);
    told.queue('images', 1_500);
    expect(view.queues).toHaveBeenCalledTimes(2);
  });

  it('knows nothing of a queue, and says why, where there is none', () => {
    const { past: told } = past('unavailable', 'no streams');
    expect(told.queue('mails', 0)).toBeUndefined();
    expect([told.state, told.problem]).toEqual(['unavailable', expect.stringContaining('no streams')]);
  });

  it('names the word of a search that it does not understand', () => {
    const { past: told } = past('live');
    expect(() => told.search('colour:red', { limit: 1, offset: 0 }, 0)).toThrow(/"colour:" is not known/);
    expect(told.search('state:running', { limit: 1, offset: 0 }, 0).total).toBe(3);
  });

  it('looks once for all who ask the same, until it tells what has changed', () => {
    const { past: told, view, tell } = past('live');
    const ask = (text: string, now: number, offset = 0) => told.search(text, { limit: 1, offset }, now);
    const first = ask('state:running', 0);
    expect(ask('state:running', 999)).toBe(first);
    expect(told.delayed(2, 0)).toBe(told.delayed(2, 500));
    expect([view.search.mock.calls.length, view.nextDue.mock.calls]).toEqual([1, [[2]]]);
    ask('state:running', 999, 1);
    ask('state:queued', 999);
    ask('state:running', 1_000);
    expect(view.search).toHaveBeenCalledTimes(4);
    tell({ kind: 'added', id: 'a' });
    ask('state:running', 1_100);
    expect(view.search).toHaveBeenCalledTimes(4);
    told.takeChanged();
    ask('state:running', 1_200);
    expect(view.search).toHaveBeenCalledTimes(5);
  });

  it('tells what has changed the later, the longer the searches of all pages took: each asks anew when it is told', () => {
    let now = 0;
    const { past: told, view, tell } = past('live', undefined, () => now);
    view.search.mockImplementation(() => {
      now += 100;
      return { tasks: [], total: 0 };
    });
    const changes = (): number => {
      tell({ kind: 'added', id: 'a' });
      return told.takeChanged().ids.length;
    };
    expect(changes()).toBe(1);
    for (const page of [1, 2, 3]) told.search(`id:${page}`, { limit: 1, offset: 0 }, now);
    now = 1_499;
    expect(changes()).toBe(0);
    now = 1_500;
    expect([changes(), changes()]).toEqual([1, 1]);
  });

  it('keeps the answers to a hundred questions at most', () => {
    const { past: told, view } = past('live');
    for (let index = 0; index <= 100; index += 1) told.search(`id:${index}`, { limit: 1, offset: 0 }, 0);
    told.search('id:0', { limit: 1, offset: 0 }, 0);
    expect(view.search).toHaveBeenCalledTimes(102);
  });

  it('has each worker with all that it runs', () => {
    const { past: told } = past('live');
    const first = told.workers(0);
    expect(first).toMatchObject([{ name: 'host-1', state: 'alive', running: 3, heardAt: 7 }]);
    expect([told.workers(499) === first, told.workers(500) === first]).toEqual([true, false]);
  });

  it('gives the ids that have changed once, not without end, and says when there are more', () => {
    const { past: told, tell } = past('live');
    tell({ kind: 'added', id: 'a' });
    tell({ kind: 'added', id: 'a' });
    tell({ kind: 'beat' });
    tell({ kind: 'ordered', what: 'cancel', target: 'b' });
    tell({ kind: 'ordered', what: 'pause', target: 'images' });
    expect(told.takeChanged()).toEqual({ ids: ['a', 'b'], isCut: false });
    expect(told.takeChanged()).toEqual({ ids: [], isCut: false });
    for (let id = 0; id < 500; id += 1) tell({ kind: 'added', id: String(id) });
    tell({ kind: 'added', id: '499' });
    expect(told.takeChanged()).toMatchObject({ isCut: false });
    for (let id = 0; id < 10_000; id += 1) tell({ kind: 'added', id: String(id) });
    const cut = told.takeChanged();
    expect([cut.ids.length, cut.isCut]).toEqual([500, true]);
    expect(told.takeChanged().isCut).toBe(false);
  });
});
