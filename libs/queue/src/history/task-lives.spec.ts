import * as fc from 'fast-check';
import type { CompletedRecord, LifecycleRecord, StartedRecord, TaskLifecycleRecord } from './lifecycle-record';
import { TaskView } from './task-view';

const NOW = Date.UTC(2026, 0, 31, 12);

const of = (at: number, life?: number) => ({
  id: 'a',
  queue: 'images',
  worker: 'host-1-beef',
  at: NOW + at,
  ...(life === undefined ? {} : { life: NOW + life }),
});

function viewOf(records: readonly LifecycleRecord[]): TaskView {
  const view = new TaskView(undefined, () => NOW + 3_600_000);
  for (const record of records) view.apply(record);
  return view;
}

const retried = { nextAttempt: 2, delay: 10 };

/** Three lives of one id: dead-lettered at its third attempt, redriven and completed, added again and failed once. */
const LIVES: readonly TaskLifecycleRecord[] = [
  { kind: 'added', ...of(0), delay: 1_000, traceId: 't' },
  { kind: 'started', ...of(1_200), attempt: 1 },
  { kind: 'retrying', ...of(1_400), attempt: 1, ...retried, error: 'Error: no' },
  { kind: 'lost', ...of(2_000), attempt: 2, why: 'its channel closed' },
  { kind: 'retrying', ...of(2_500), attempt: 2, ...retried, nextAttempt: 3, error: 'Error: again' },
  { kind: 'dead-lettered', ...of(4_000), attempt: 3, reason: 'failed', error: 'Error: at last' },
  // Told later than its run: who redrives has waited for the broker.
  { kind: 'redriven', ...of(5_700, 5_000), reason: 'failed', by: 'anna' },
  { kind: 'started', ...of(5_100, 5_000), attempt: 1 },
  { kind: 'progressed', ...of(5_200, 5_000), attempt: 1, fraction: 0.5 },
  { kind: 'completed', ...of(5_600, 5_000), attempt: 1, milliseconds: 500, result: 'old' },
  { kind: 'added', ...of(9_004, 9_000) },
  { kind: 'retrying', ...of(9_003, 9_000), attempt: 1, ...retried, error: 'Error: new' },
];
const END: TaskLifecycleRecord = { kind: 'completed', ...of(9_500, 9_000), attempt: 2, milliseconds: 1, result: 'new' };

describe('a task that was redriven, and added again under its id', () => {
  it('is where its last life is, in whatever order its records come, and when they come twice', () => {
    const failed = { state: 'retrying', attempt: 1, error: 'Error: new', addedAt: NOW + 9_004 };
    const completed = { state: 'completed', attempt: 2, result: 'new', updatedAt: NOW + 9_500 };
    fc.assert(
      fc.property(fc.shuffledSubarray([...LIVES, ...LIVES], { minLength: LIVES.length * 2 }), (records) => {
        const task = viewOf(records).get('a');
        expect(task).toMatchObject(failed);
        expect(task?.attempts.map(({ error }) => error)).toEqual(['Error: new']);
        expect(viewOf([END, ...records]).get('a')).toMatchObject(completed);
        expect(viewOf([...records, END]).get('a')).toMatchObject(completed);
      }),
    );
  });

  it('keeps what failed before the redrive, and nothing of what was there before it was added again', () => {
    const [dead, redriven, completed, again] = [6, 7, 10, 11].map((count) => viewOf(LIVES.slice(0, count)).get('a'));
    expect(dead).toMatchObject({ state: 'dead-lettered', attempt: 3, reason: 'failed', attempts: [{}, {}, {}, {}] });
    expect(redriven).toMatchObject({
      state: 'queued',
      attempt: 0,
      by: 'anna',
      redrivenAt: NOW + 5_000,
      attempts: [{}, {}, {}, {}],
    });
    expect(redriven).not.toHaveProperty('reason');
    expect(completed).toMatchObject({ state: 'completed', result: 'old', attempts: [{}, {}, {}, {}, { attempt: 1 }] });
    expect(again).toMatchObject({ state: 'queued', attempt: 0, attempts: [] });
    for (const gone of ['result', 'error', 'worker', 'traceId', 'by']) expect(again).not.toHaveProperty(gone);
  });

  it('has completed when its run is told of before the redrive, and is cancelled when it is purged', () => {
    const dead = LIVES.slice(0, 6);
    const life = LIVES.slice(6, 10);
    expect(viewOf([...dead, ...life.toReversed()]).get('a')).toMatchObject({ state: 'completed', by: 'anna' });
    const purged: TaskLifecycleRecord = { kind: 'purged', ...of(4_500), reason: 'failed', by: 'ben' };
    expect(viewOf([...dead, purged]).get('a')).toMatchObject({ state: 'cancelled', reason: 'purged: failed' });
    expect(viewOf([...dead, ...life, purged]).get('a')).toMatchObject({ state: 'completed' });
  });

  it('is not counted as having waited since it was first added', () => {
    const view = viewOf(LIVES.slice(0, 10));
    view.apply({ kind: 'completed', ...of(3_600_000, 3_599_000), attempt: 1, milliseconds: 5 });
    expect(view.queues(NOW + 3_600_000)).toMatchObject([{ queue: 'images', run: { p95: expect.any(Number) } }]);
    expect(view.queues(NOW + 3_600_000)[0]).not.toHaveProperty('wait');
  });
});

describe('a task that another program has added again under its id', () => {
  const ended: CompletedRecord = { kind: 'completed', ...of(0), id: 'order-7', attempt: 3, milliseconds: 5 };
  const again: StartedRecord = { kind: 'started', ...of(10), id: 'order-7', attempt: 1 };

  it('runs again: nothing says that it is another one, but it began after the end', () => {
    expect(viewOf([ended, again]).get('order-7')).toMatchObject({ state: 'running', attempt: 1 });
    expect(viewOf([again, ended]).get('order-7')).toMatchObject({ state: 'completed', attempt: 3 });
    const overlapping: CompletedRecord = { ...ended, at: NOW + 10, milliseconds: 20, attempt: 1 };
    expect(viewOf([ended, overlapping]).get('order-7')).toMatchObject({ state: 'completed', attempt: 3 });
  });

  it('does not where the id was made for it: then it is an earlier run, by another clock', () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    expect(
      viewOf([
        { ...ended, id },
        { ...again, id },
      ]).get(id),
    ).toMatchObject({ state: 'completed', attempt: 3 });
  });
});
