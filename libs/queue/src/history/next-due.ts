import type { TaskEntry } from './task-entry';

/** Waiting tasks in the order in which they are due, the next one first; those that say no time stand in front. */
export interface NextDue {
  readonly entries: readonly TaskEntry[];
  /** All that wait, also those behind the limit. */
  readonly total: number;
}

/** The tasks that wait for their time or for their next attempt, of `last` and those before it; never holds more than twice the limit. */
export function nextDue(last: TaskEntry | undefined, limit: number): NextDue {
  let next: TaskEntry[] = [];
  let latest = Infinity; // what is due no sooner is behind the limit
  let total = 0;
  for (let entry = last; entry !== undefined; entry = entry.before) {
    if (entry.state !== 'delayed' && entry.state !== 'retrying') continue;
    total += 1;
    if (dueOf(entry) >= latest) continue;
    next.push(entry);
    if (next.length < limit * 2) continue;
    next = soonest(next, limit);
    latest = next.at(-1)?.dueAt ?? latest;
  }
  return { entries: soonest(next, limit), total };
}

function soonest(entries: readonly TaskEntry[], limit: number): TaskEntry[] {
  return entries.toSorted((one, other) => dueOf(one) - dueOf(other)).slice(0, limit);
}

function dueOf({ dueAt = 0 }: TaskEntry): number {
  return dueAt;
}
