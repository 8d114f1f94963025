import type { LifecycleRecord, TaskRecord } from '@app/queue/operating';
import { isMeant } from './event-filter';
import { eventLine } from './event-text';
import { taskDetails, taskTable } from './task-text';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const plain = (_style: string, text: string): string => text;
const HOSTILE = '\u001b[2J\u202e';

const task = { id: 'a-1', name: 'image.resize', queue: 'images', at: NOW, worker: 'web1-1-beef' };
const records: readonly LifecycleRecord[] = [
  { kind: 'added', ...task, delay: 5_000 },
  { kind: 'started', ...task, attempt: 1 },
  { kind: 'progressed', ...task, attempt: 1, fraction: 0.25, note: HOSTILE },
  { kind: 'retrying', ...task, attempt: 1, nextAttempt: 2, delay: 1_000, error: `Error: ${HOSTILE}\nmore` },
  { kind: 'completed', ...task, attempt: 2, milliseconds: 310 },
  { kind: 'dead-lettered', ...task, attempt: 2, reason: 'timed-out', error: 'Error: slow' },
  { kind: 'cancelled', ...task, by: 'anna' },
  { kind: 'lost', ...task, attempt: 1, why: 'its channel closed' },
  { kind: 'redriven', ...task, reason: 'timed-out', by: 'anna' },
  { kind: 'process', at: NOW, worker: 'web1-1-beef', what: 'worker.stopping', why: 'SIGTERM' },
  { kind: 'ordered', at: NOW, worker: 'web1-1-beef', what: 'pause', target: 'images', by: 'anna', why: 'full disk' },
];

describe('an event on one line', () => {
  it('says when, what, about which task, and what else there is to say', () => {
    expect(records.map((record) => eventLine(record, plain).split(/ {2,}/).slice(1))).toEqual([
      ['added', 'images', 'image.resize', 'a-1', 'due in 5.0s'],
      ['started', 'images', 'image.resize', 'a-1', 'attempt 1 on web1-1-beef'],
      ['progressed', 'images', 'image.resize', 'a-1', String.raw`25 % \u001b[2J\u202e`],
      ['retrying', 'images', 'image.resize', 'a-1', String.raw`attempt 2 in 1.0s: Error: \u001b[2J\u202e`],
      ['completed', 'images', 'image.resize', 'a-1', 'in 310ms, attempt 2'],
      ['dead-lettered', 'images', 'image.resize', 'a-1', 'timed-out: Error: slow'],
      ['cancelled', 'images', 'image.resize', 'a-1', 'by anna'],
      ['lost', 'images', 'image.resize', 'a-1', 'its channel closed'],
      ['redriven', 'images', 'image.resize', 'a-1', 'timed-out, by anna'],
      ['process', 'worker.stopping', 'web1-1-beef: SIGTERM'],
      ['ordered', 'pause images', 'by anna: full disk'],
    ]);
  });

  it.each([
    [{}, records.length],
    [{ since: NOW + 1 }, 0],
    [{ kind: ['added', 'ordered'] }, 2],
    [{ queue: ['images'] }, 9],
    [{ queue: ['cpu'] }, 0],
    [{ name: ['image.resize'], id: 'a-' }, 9],
    [{ id: 'b' }, 0],
  ])('is meant by %j when it matches all of it', (filter, count) => {
    expect(records.filter((record) => isMeant(record, filter))).toHaveLength(count);
  });

  it('is meant by the id of the task that somebody wants cancelled', () => {
    const order = { kind: 'ordered', at: NOW, worker: 'w', by: 'anna', what: 'cancel', target: 'a-1' } as const;
    expect([isMeant(order, { id: 'a-' }), isMeant({ ...order, what: 'pause' }, { id: 'a-' })]).toEqual([true, false]);
  });

  it('is no heartbeat, unless they are asked for', () => {
    const beat = { kind: 'beat', at: NOW, worker: 'w' } as LifecycleRecord;
    expect([isMeant(beat, {}), isMeant(beat, { kind: ['beat'] })]).toEqual([false, true]);
  });
});

describe('one task', () => {
  it('is told with its attempts and errors, and nothing that a terminal obeys', () => {
    const record: TaskRecord = {
      id: `a-1${HOSTILE}`,
      name: 'image.resize',
      queue: 'images',
      state: 'retrying',
      addedAt: NOW - 60_000,
      dueAt: NOW + 4_000,
      updatedAt: NOW - 1_000,
      attempt: 1,
      attempts: [
        {
          attempt: 1,
          worker: 'web1-1-beef',
          startedAt: NOW - 2_000,
          endedAt: NOW - 1_000,
          milliseconds: 1_000,
          error: `Error: ${HOSTILE}`,
          stack: `Error\n    at ${HOSTILE}`,
          nextDelay: 5_000,
        },
      ],
      result: { text: HOSTILE },
      traceId: 'f00',
      redrivenAt: NOW - 30_000,
    };
    const text = taskDetails(record, NOW, plain);
    expect(text.split('\n').map((line) => line.trim())).toEqual([
      String.raw`a-1\u001b[2J\u202e  retrying, 1.0s ago`,
      'task      image.resize',
      'queue     images',
      'added     2026-11-21 11:59:00Z, 1m ago',
      'due       in 4.0s',
      'redriven  2026-11-21 11:59:30Z, 30s ago',
      'trace     f00',
      String.raw`result    {"text":"\\u001b[2J\u202e"}`.replace(String.raw`\\u001b`, String.raw`\u001b`),
      'attempt 1  2026-11-21 11:59:58Z on web1-1-beef, ran 1.0s, again after 5.0s',
      String.raw`Error: \u001b[2J\u202e`,
      '│ Error',
      String.raw`│     at \u001b[2J\u202e`,
    ]);
  });

  it('that is to be cancelled says who has asked for it, alone and in a list', () => {
    const waits: TaskRecord = {
      id: 'a-1',
      queue: 'images',
      state: 'delayed',
      dueAt: NOW + 60_000,
      updatedAt: NOW,
      attempt: 0,
      attempts: [],
      cancelRequestedBy: `anna${HOSTILE}`,
    };
    const runs: TaskRecord = { ...waits, state: 'running', progress: { fraction: 0.5, at: NOW } };
    const by = String.raw`asked for by anna\u001b[2J\u202e`;
    expect(taskDetails(waits, NOW, plain)).toContain(`  cancel    ${by}`);
    const remarks = taskTable([waits, runs], NOW, plain)
      .split('\n')
      .map((line) => line.split(/ {2,}/).at(-1));
    expect(remarks.slice(1)).toEqual([`cancel ${by}; due in 1m`, `cancel ${by}; 50 %`]);
  });

  it('that is said to run on a worker that is lost says so, alone and in a list', () => {
    const runs: TaskRecord = { id: 'a-1', queue: 'images', state: 'running', updatedAt: NOW, attempt: 1, attempts: [] };
    const lost = { ...runs, worker: 'web1-1-beef', isWorkerLost: true };
    const remark = '(its worker is lost: it is handed out again, or had ended untold)';
    expect(taskDetails(lost, NOW, plain)).toContain(`  worker    web1-1-beef ${remark}`);
    expect(taskTable([lost], NOW, plain)).toContain(`0ms ago  ${remark}`);
    expect(taskTable([runs], NOW, plain)).not.toContain('lost');
  });
});
