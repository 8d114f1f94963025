import type { DeadLetterDetails } from '@app/queue';
import { deadTask, withEarlierRuns } from './dead-task';

const letter = (more: Partial<DeadLetterDetails> = {}): DeadLetterDetails => ({
  id: 'a',
  deadLetterId: 'dead-a',
  queue: 'images',
  originalQueue: 'images',
  reason: 'timed-out',
  name: 'image.resize',
  attempt: 3,
  error: { name: 'Error', message: 'too slow' },
  time: 5_000,
  firstFailureTime: 1_000,
  lastFailureTime: 4_000,
  worker: 'host:1',
  timesRedriven: 0,
  bytes: 2,
  version: 1,
  stack: 'Error: too slow\n    at work',
  properties: { timestamp: 1 },
  headers: {},
  content: Buffer.from('{}'),
  ...more,
});

describe('a task made of its dead letter', () => {
  it('has its last run, its times and its error', () => {
    expect(deadTask(letter(), 9_000)).toEqual({
      id: 'a',
      name: 'image.resize',
      queue: 'images',
      state: 'dead-lettered',
      addedAt: 1_000,
      updatedAt: 5_000,
      attempt: 3,
      attempts: [
        {
          attempt: 3,
          endedAt: 4_000,
          error: 'Error: too slow',
          stack: 'Error: too slow\n    at work',
          worker: 'host:1',
        },
      ],
      reason: 'timed-out',
      error: 'Error: too slow',
      worker: 'host:1',
    });
  });

  it('has its trace, when the header is one', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(deadTask(letter({ headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } }), 0).traceId).toBe(trace);
    expect(deadTask(letter({ headers: { traceparent: '<script>' } }), 0).traceId).toBeUndefined();
    expect(deadTask(letter({ headers: { traceparent: 5 } }), 0).traceId).toBeUndefined();
  });

  it('of a stranger is bounded, and now where nobody wrote down when', () => {
    const task = deadTask(
      letter({
        error: { name: 'E', message: 'x'.repeat(100_000) },
        stack: 'y'.repeat(100_000),
        time: undefined,
        lastFailureTime: undefined,
        name: undefined,
        worker: undefined,
      }),
      9_000,
    );
    expect(JSON.stringify(task).length).toBeLessThan(15_000);
    expect(task.updatedAt).toBe(9_000);
  });

  it('ends what the history knows, which may not have heard of it', () => {
    const history = {
      id: 'a',
      queue: 'images',
      state: 'running',
      updatedAt: 4_500,
      attempt: 3,
      attempts: [{ attempt: 2, error: 'Error: busy' }, { attempt: 3 }],
      dueAt: 10,
      cancelRequestedBy: 'anna',
    };
    const task = withEarlierRuns(deadTask(letter(), 9_000), history);
    expect(task).toMatchObject({ state: 'dead-lettered', reason: 'timed-out', updatedAt: 5_000, dueAt: 10 });
    expect(task).not.toHaveProperty('cancelRequestedBy');
    expect(task.attempts.map(({ attempt, error }) => [attempt, error])).toEqual([
      [2, 'Error: busy'],
      [3, 'Error: too slow'],
    ]);
    expect(withEarlierRuns(deadTask(letter(), 9_000), undefined)).toEqual(deadTask(letter(), 9_000));
  });
});
