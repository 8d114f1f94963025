import type { LifecycleRecord } from './lifecycle-record';
import { TaskView } from './task-view';

const NOW = Date.UTC(2026, 0, 31, 12);
const WORKER = 'host-1-beef';

const of = (id: string, at: number) => ({ id, queue: 'images', name: 'image.resize', at, worker: WORKER });
const completed = (id: string, at: number, milliseconds = 10): LifecycleRecord => ({
  kind: 'completed',
  ...of(id, at),
  attempt: 1,
  milliseconds,
});

function viewOf(records: readonly LifecycleRecord[]): TaskView {
  const view = new TaskView();
  for (const record of records) view.apply(record);
  return view;
}

describe('a queue in a view', () => {
  it('tells how fast it is, how long tasks wait and run, and how old the oldest is', () => {
    const view = new TaskView();
    for (let index = 0; index < 100; index += 1) {
      const id = String(index);
      const addedAt = NOW - 30_000 + index * 10;
      view.apply({ kind: 'added', ...of(id, addedAt) });
      view.apply(completed(id, addedAt + 100 + 20, 20));
    }
    view.apply({ kind: 'added', ...of('waits', NOW - 7_000) });
    view.apply({ kind: 'added', ...of('later', NOW), delay: 60_000 });
    view.apply({ kind: 'added', ...of('due', NOW - 9_000), delay: 1_000 });
    view.apply({ kind: 'dead-lettered', ...of('dead', NOW - 1_000), attempt: 1, reason: 'failed', error: 'E: e' });
    const [queue, ...others] = view.queues(NOW);
    expect(others).toEqual([]);
    expect(queue).toMatchObject({
      queue: 'images',
      queued: 2,
      delayed: 1,
      retrying: 0,
      deadLettered: 1,
      oldest: 8_000,
      failed: 1,
      donePerSecond: 100 / 60,
    });
    expect(queue?.wait?.p95).toBeGreaterThanOrEqual(100);
    expect(queue?.wait?.p95).toBeLessThan(120);
    expect(queue?.run?.p50).toBeGreaterThanOrEqual(20);
    expect(queue?.run?.p50).toBeLessThan(24);
    expect(queue?.sparkline).toHaveLength(30);
    expect(queue?.sparkline.reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(view.queues(NOW + 3_600_000)).toMatchObject([{ donePerSecond: 0, failed: 0 }]);
  });

  it('counts the wait of a task whose worker has told of it before its producer', () => {
    const view = viewOf([
      completed('a', NOW, 10),
      { kind: 'added', ...of('a', NOW - 1_010) },
      { kind: 'added', ...of('a', NOW - 1_010) },
      { kind: 'started', ...of('b', NOW), attempt: 1 },
      { kind: 'added', ...of('b', NOW - 61_000), delay: 60_000 },
    ]);
    const { p50 = 0, p95 = 0 } = view.queues(NOW)[0]?.wait ?? {};
    expect([p50 >= 1_000 && p50 < 1_200, p50 === p95]).toEqual([true, true]);
  });

  it('counts what a worker does whose clock is ahead as done now, and goes on counting what the others do', () => {
    const view = new TaskView(undefined, () => NOW);
    view.apply(completed('ahead', NOW + 3_600_000));
    view.apply({ kind: 'retrying', ...of('b', NOW + 3_600_000), attempt: 1, nextAttempt: 2, delay: 1, error: 'E: e' });
    view.apply(completed('soon', NOW + 30_000));
    for (const id of ['c', 'd']) view.apply(completed(id, NOW - 10));
    const [queue] = view.queues(NOW);
    expect(queue).toMatchObject({ donePerSecond: 4 / 60, failed: 1 });
    expect(queue?.sparkline.at(-1)).toBe(2);
  });

  it('counts what is recorded late where it belongs, and not at all when it is too old', () => {
    const view = viewOf([completed('new', NOW), completed('late', NOW - 60_000), completed('old', NOW - 7_200_000)]);
    const [queue] = view.queues(NOW);
    expect(queue?.sparkline.slice(-2)).toEqual([1, 1]);
    expect(queue?.sparkline.reduce((sum, count) => sum + count, 0)).toBe(2);
  });
});

describe('a queue of which more tasks wait than are remembered', () => {
  const added = (id: string, at: number): LifecycleRecord => ({ kind: 'added', ...of(id, at) });
  const few = (): TaskView => {
    const view = new TaskView(3, () => NOW);
    for (let index = 0; index < 5; index += 1) view.apply(added(String(index), NOW - 5_000 + index));
    return view;
  };

  it('says that there are more, until one that came later is run', () => {
    const view = few();
    expect(view.queues(NOW)).toMatchObject([{ queued: 3, oldest: 4_998, isAtLeast: true }]);
    view.apply(added('heard of late', NOW - 9_000));
    view.apply(completed('heard of late', NOW - 2_000));
    expect(view.queues(NOW)).toMatchObject([{ isAtLeast: true }]);
    view.apply(completed('4', NOW - 1_000));
    expect(view.queues(NOW)[0]).not.toHaveProperty('isAtLeast');
  });

  it('is told as it is when only tasks were forgotten that do not wait', () => {
    const view = new TaskView(1, () => NOW);
    for (const id of ['a', 'b']) view.apply({ kind: 'started', ...of(id, NOW), attempt: 1 });
    view.apply(completed('c', NOW));
    expect(view.queues(NOW)[0]).not.toHaveProperty('isAtLeast');
  });
});

describe('a worker in a view', () => {
  const beat = (at: number, running = 1): LifecycleRecord => ({
    kind: 'beat',
    at,
    worker: WORKER,
    host: 'host',
    pid: 1,
    uptime: 60_000,
    lag: 2,
    rss: 1_000,
    every: 5_000,
    queues: [{ queue: 'images', concurrency: 4, running }],
    running: ['a'],
    dropped: 0,
  });
  const started = (id: string): LifecycleRecord & { kind: 'started' } => ({
    kind: 'started',
    ...of(id, NOW + 1),
    attempt: 1,
  });
  const said = (what: string, at: number): LifecycleRecord => ({ kind: 'process', what, at, worker: WORKER });

  it('lives as long as it says so, and is lost when it is silent', () => {
    const view = viewOf([beat(NOW)]);
    expect(view.workers(NOW + 15_000)).toMatchObject([
      { worker: WORKER, state: 'alive', beatAt: NOW, startedAt: NOW - 60_000, running: ['a'] },
    ]);
    expect(view.workers(NOW + 15_001)).toMatchObject([{ state: 'lost' }]);
    expect(view.workers(NOW + 3_700_000)).toEqual([]);
  });

  it('that is lost is told of at the tasks that it ran last, until another one has them', () => {
    let now = NOW;
    const view = new TaskView(undefined, () => now);
    for (const record of [beat(NOW), started('a'), started('b')]) view.apply(record);
    view.apply(completed('b', NOW + 2));
    const lost = (): readonly string[] =>
      view
        .search({}, { limit: 9, offset: 0 })
        .tasks.flatMap(({ id, isWorkerLost }) => (isWorkerLost === true ? [id] : []));
    expect(lost()).toEqual([]);
    now = NOW + 15_001;
    expect(lost()).toEqual(['a']);
    expect(view.get('a')).toMatchObject({ state: 'running', isWorkerLost: true });
    view.apply({ ...started('a'), at: now, worker: 'host-2-beef' });
    expect(view.get('a')).not.toHaveProperty('isWorkerLost');
    expect(lost()).toEqual([]);
  });

  it('that has said that it stops is not lost', () => {
    const view = viewOf([beat(NOW), said('worker.stopping', NOW + 1)]);
    expect(view.workers(NOW + 2)).toMatchObject([{ state: 'stopping' }]);
    view.apply(said('worker.stopped', NOW + 3));
    expect(view.workers(NOW + 60_000)).toMatchObject([{ state: 'stopped' }]);
  });

  it('that was told to take nothing new is quiet until it stops, and counts at its queues', () => {
    const view = viewOf([beat(NOW), said('worker.quieted', NOW + 1), beat(NOW + 5_000)]);
    expect(view.workers(NOW + 5_001)).toMatchObject([{ state: 'quiet' }]);
    expect(view.queues(NOW + 5_001)).toMatchObject([{ running: 1 }]);
    view.apply(said('worker.stopping', NOW + 5_002));
    expect(view.workers(NOW + 5_003)).toMatchObject([{ state: 'stopping' }]);
    expect(view.workers(NOW + 60_000)).toMatchObject([{ state: 'lost' }]);
  });

  it('that has left before anybody listened says so with each beat', () => {
    const view = viewOf([{ ...beat(NOW), leaving: 'quiet' } as LifecycleRecord]);
    expect(view.workers(NOW + 1)).toMatchObject([{ state: 'quiet' }]);
    view.apply({ ...beat(NOW + 5_000), leaving: 'stopping' } as LifecycleRecord);
    expect(view.workers(NOW + 5_001)).toMatchObject([{ state: 'stopping' }]);
    view.apply(said('worker.stopped', NOW + 5_002));
    view.apply({ ...beat(NOW + 5_003), leaving: 'stopping' } as LifecycleRecord);
    const [worker] = view.workers(NOW + 5_004);
    expect(worker).toMatchObject({ state: 'stopped' });
    expect(worker).not.toHaveProperty('leaving');
  });

  it('is counted at its queues while it lives', () => {
    const view = viewOf([beat(NOW, 1), beat(NOW + 5_000, 3), beat(NOW + 1_000, 2)]);
    expect(view.queues(NOW + 6_000)).toMatchObject([{ queue: 'images', workers: 1, running: 3 }]);
    expect(view.queues(NOW + 60_000)).toMatchObject([{ queue: 'images', workers: 0, running: 0 }]);
  });
});
