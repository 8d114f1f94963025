import type { TaskEntry } from './task-entry';
import { isEnd } from './task-record';

/** Where the tasks of one queue stand that have not completed. */
export interface Standing {
  readonly queued: number;
  readonly delayed: number;
  readonly retrying: number;
  readonly deadLettered: number;
  /** Milliseconds that the oldest task waits which could be run; missing when none waits. */
  readonly oldest?: number;
}

/** Of a queue without such tasks. */
export const NOTHING_STANDS: Standing = { queued: 0, delayed: 0, retrying: 0, deadLettered: 0 };

/** The same of each queue, from one entry to the first before it. `now`: milliseconds since 1970. */
export function standingOf(last: TaskEntry | undefined, now: number): Map<string, Standing> {
  const queues = new Map<string, { -readonly [Key in keyof Standing]: Standing[Key] }>();
  for (let entry = last; entry !== undefined; entry = entry.before) {
    const { queue, state, readySince = now } = entry;
    if (isEnd(state) && state !== 'dead-lettered') continue;
    let counts = queues.get(queue);
    if (counts === undefined) {
      counts = { ...NOTHING_STANDS };
      queues.set(queue, counts);
    }
    const isDue = (state === 'delayed' || state === 'retrying') && readySince <= now;
    if (state === 'queued' || isDue) {
      counts.queued += 1;
      counts.oldest = Math.max(counts.oldest ?? 0, now - readySince);
    } else if (state === 'delayed') counts.delayed += 1;
    else if (state === 'retrying') counts.retrying += 1;
    else if (state === 'dead-lettered') counts.deadLettered += 1;
  }
  return queues;
}
