import * as fc from 'fast-check';
import type { LifecycleRecord, TaskLifecycleRecord } from './lifecycle-record';
import { TaskView } from './task-view';

const NOW = Date.UTC(2026, 0, 31, 12);
const WORKER = 'host-1-beef';

const of = (id: string, at: number, queue = 'images') => ({ id, queue, name: 'image.resize', at, worker: WORKER });
const completed = (id: string, at: number, milliseconds = 10, attempt = 1): LifecycleRecord => ({
  kind: 'completed',
  ...of(id, at),
  attempt,
  milliseconds,
});

function viewOf(records: readonly LifecycleRecord[], maxTasks?: number): TaskView {
  const view = new TaskView(maxTasks);
  for (const record of records) view.apply(record);
  return view;
}

/** A task that fails twice, and completes at its third attempt. */
const LIFE: readonly TaskLifecycleRecord[] = [
  { kind: 'added', ...of('a', NOW), worker: 'producer', delay: 1_000, traceId: 't' },
  { kind: 'started', ...of('a', NOW + 1_200), attempt: 1 },
  { kind: 'progressed', ...of('a', NOW + 1_300), attempt: 1, fraction: 0.4, note: 'decoded' },
  {
    kind: 'retrying',
    ...of('a', NOW + 1_400),
    attempt: 1,
    nextAttempt: 2,
    delay: 500,
    error: 'Error: no',
    stack: 'at x',
    milliseconds: 200,
  },
  { kind: 'lost', ...of('a', NOW + 2_000), attempt: 2, why: 'its channel closed' },
  {
    kind: 'retrying',
    ...of('a', NOW + 2_500),
    attempt: 2,
    nextAttempt: 3,
    delay: 700,
    error: 'Error: again',
    milliseconds: 5,
  },
  { kind: 'completed', ...of('a', NOW + 4_000), attempt: 3, milliseconds: 300, result: { ok: true } },
];

describe('a task in a view', () => {
  it('is where its last record says', () => {
    const states = LIFE.map((_, index) => viewOf(LIFE.slice(0, index + 1)).get('a')?.state);
    expect(states).toEqual(['delayed', 'running', 'running', 'retrying', 'queued', 'retrying', 'completed']);
  });

  it('has all that is known of it', () => {
    expect(viewOf(LIFE.slice(0, 3)).get('a')?.progress).toEqual({ fraction: 0.4, note: 'decoded', at: NOW + 1_300 });
    expect(viewOf(LIFE.slice(0, 4)).get('a')).toMatchObject({ error: 'Error: no', dueAt: NOW + 1_900, attempt: 1 });
    expect(viewOf([...LIFE, ...LIFE]).get('a')).toEqual({
      id: 'a',
      name: 'image.resize',
      queue: 'images',
      state: 'completed',
      addedAt: NOW,
      dueAt: NOW + 3_200,
      updatedAt: NOW + 4_000,
      attempt: 3,
      worker: WORKER,
      traceId: 't',
      progress: { fraction: 0.4, note: 'decoded', at: NOW + 1_300 },
      result: { ok: true },
      attempts: [
        {
          attempt: 1,
          worker: WORKER,
          startedAt: NOW + 1_200,
          endedAt: NOW + 1_400,
          milliseconds: 200,
          error: 'Error: no',
          stack: 'at x',
          nextDelay: 500,
        },
        { attempt: 2, worker: WORKER, endedAt: NOW + 2_000, error: 'its channel closed' },
        {
          attempt: 2,
          worker: WORKER,
          startedAt: NOW + 2_495,
          endedAt: NOW + 2_500,
          milliseconds: 5,
          error: 'Error: again',
          nextDelay: 700,
        },
        { attempt: 3, worker: WORKER, startedAt: NOW + 3_700, endedAt: NOW + 4_000, milliseconds: 300 },
      ],
    });
  });

  it('ends the same in whatever order its records come, and when they come twice', () => {
    const end = { state: 'completed', attempt: 3, result: { ok: true }, addedAt: NOW, updatedAt: NOW + 4_000 };
    fc.assert(
      fc.property(fc.shuffledSubarray([...LIFE, ...LIFE], { minLength: LIFE.length * 2 }), (records) => {
        expect(viewOf(records).get('a')).toMatchObject(end);
      }),
    );
  });

  it('that was redriven or purged says by whom', () => {
    const [redriven, purged] = (['redriven', 'purged'] as const).map((kind) =>
      viewOf([{ kind, ...of('a', NOW), reason: 'failed', by: 'anna' }]).get('a'),
    );
    expect([redriven?.by, purged?.by]).toEqual(['anna', 'anna']);
  });

  it('that was cancelled says by whom', () => {
    const cancelled: TaskLifecycleRecord = { kind: 'cancelled', ...of('a', NOW), attempt: 1, by: 'anna' };
    expect(viewOf([cancelled]).get('a')).toMatchObject({ state: 'cancelled', by: 'anna' });
  });

  describe('that is to be cancelled', () => {
    const added = (at = NOW): LifecycleRecord => ({ kind: 'added', ...of('a', at), delay: 60_000 });
    const ordered = (what = 'cancel'): LifecycleRecord => ({
      kind: 'ordered',
      at: NOW + 5_000,
      worker: 'cli',
      what,
      target: 'a',
      by: 'anna',
    });
    const requestOf = (...records: LifecycleRecord[]) => viewOf(records).get('a')?.cancelRequestedBy;

    it('stays in its state and says who wants it, until it has ended', () => {
      const view = viewOf([added(), ordered()]);
      expect(view.get('a')).toMatchObject({ state: 'delayed', cancelRequestedBy: 'anna' });
      view.apply({ kind: 'cancelled', ...of('a', NOW + 60_000), attempt: 1, by: 'anna' });
      expect(view.get('a')).toMatchObject({ state: 'cancelled', by: 'anna' });
      expect(view.get('a')).not.toHaveProperty('cancelRequestedBy');
      expect(requestOf(added(), ordered('pause'))).toBeUndefined();
    });

    it('is known as such when the order is heard of first, and when it is heard of twice', () => {
      expect(requestOf(ordered(), added(), added(), ordered())).toBe('anna');
    });

    it('is not what is added or redriven later with its id, or is dead already', () => {
      const dead: LifecycleRecord = { kind: 'dead-lettered', ...of('a', NOW), attempt: 1, reason: 'x', error: 'E: e' };
      const redriven: LifecycleRecord = { kind: 'redriven', ...of('a', NOW + 9_000), reason: 'x' };
      expect(requestOf(added(), ordered(), added(NOW + 6_000))).toBeUndefined();
      expect(requestOf(ordered(), added(NOW + 6_000))).toBeUndefined();
      expect(requestOf(dead, ordered(), redriven)).toBeUndefined();
      expect(requestOf(added(), ordered(), dead, redriven)).toBeUndefined();
    });
  });

  it('keeps its last twenty failures', () => {
    const records = Array.from({ length: 30 }, (_, index): LifecycleRecord => ({
      kind: 'retrying',
      ...of('a', NOW + index),
      attempt: index + 1,
      nextAttempt: index + 2,
      delay: 1,
      error: 'E: e',
    }));
    expect(
      viewOf(records)
        .get('a')
        ?.attempts.map(({ attempt }) => attempt),
    ).toEqual(Array.from({ length: 20 }, (_, index) => index + 11));
  });

  it('of a message without an id is counted, and not kept', () => {
    const view = viewOf([completed('', NOW)]);
    expect(view.size).toBe(0);
    expect(view.queues(NOW)).toMatchObject([{ queue: 'images', donePerSecond: 1 / 60 }]);
  });
});

describe('a view', () => {
  it('remembers so many tasks, and forgets first what has ended longest ago', () => {
    const added = (id: string, at: number): LifecycleRecord => ({ kind: 'added', ...of(id, at) });
    const view = viewOf(
      [added('waits', NOW), completed('b', NOW + 1), completed('c', NOW + 2), completed('d', NOW + 3)],
      3,
    );
    expect(['waits', 'b', 'c', 'd'].filter((id) => view.get(id) !== undefined)).toEqual(['waits', 'c', 'd']);
    const waiting = viewOf(
      Array.from({ length: 50 }, (_, index) => added(String(index), NOW + index)),
      40,
    );
    expect(waiting.size).toBe(40);
    expect(waiting.get('9')).toBeUndefined();
  });

  it('remembers fewer when they take much room', () => {
    const view = new TaskView(100);
    for (let index = 0; index < 100; index += 1) {
      const stack = `${index}`.padEnd(4_000, 'x');
      view.apply({
        kind: 'dead-lettered',
        ...of(String(index), NOW + index),
        attempt: 1,
        reason: 'failed',
        error: 'E: e',
        stack,
      });
    }
    expect(view.size).toBeLessThan(25);
    expect(view.get('99')).toBeDefined();
  });

  it('finds tasks page by page, the one last heard of first', () => {
    const view = viewOf(Array.from({ length: 100 }, (_, index) => completed(String(index), NOW + index)));
    view.apply({ kind: 'started', ...of('5', NOW + 1_000), attempt: 2 });
    const { tasks, total } = view.search({}, { limit: 3, offset: 0 });
    expect([total, ...tasks.map(({ id }) => id)]).toEqual([100, '5', '99', '98']);
    expect(view.search({}, { limit: 2, offset: 98 }).tasks.map(({ id }) => id)).toEqual(['1', '0']);
    expect(view.search({ states: new Set(['running']) }, { limit: 10, offset: 0 })).toMatchObject({ total: 1 });
  });
});
