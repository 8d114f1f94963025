import { LATEST_ID_MS } from './due-time';
import { header, numberHeader } from './headers';
import { idTimeOf } from './id-time';
import type { IncomingMessage } from './message';

/** An id that is older than so many milliseconds was there before the task: the caller's own, or an earlier task's. */
const NEW_ID_MS = 100;

/** Whether an id was made for the task that is being added with it, so that no earlier task can have had it. */
export function isMadeFor(id: string, now: number): boolean {
  const made = idTimeOf(id);
  return made !== undefined && made <= now && now - made <= NEW_ID_MS;
}

/**
 * When a task was added, or given back by a redrive, in milliseconds since 1970: a cancel of its id from before that was meant for
 * an earlier one. `undefined` when there can be no earlier one, because its id was made for it, and when nothing tells: then any
 * cancel is meant for it.
 *
 * AMQP's `timestamp` has whole seconds, so another program's task that is added again in the second of its cancel counts as cancelled.
 */
export function addedTimeOf({ messageId, timestamp, headers }: IncomingMessage['properties']): number | undefined {
  const exact = numberHeader(headers, header.addedAt);
  if (exact !== undefined || typeof timestamp !== 'number') return exact;
  const second = timestamp * 1_000;
  const made = idTimeOf(messageId);
  return made !== undefined && made >= second && made < second + LATEST_ID_MS ? undefined : second;
}
