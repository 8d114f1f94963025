import type { QueueRecord } from '../history/task-view';
import type { WorkQueueCounts } from './counts';

/** How old the oldest task of a queue is that waits for a worker: `oldest` in milliseconds, missing where none waits. */
export type OldestWaiting = Pick<QueueRecord, 'oldest' | 'isAtLeast'>;

/**
 * The age of a queue's oldest task by what was recorded, unless the broker says that nothing is ready: then what seems to wait was taken by
 * somebody who records nothing, or was thrown away.
 */
export function oldestWaiting(
  { oldest, isAtLeast }: OldestWaiting,
  held: Pick<WorkQueueCounts, 'state' | 'ready'>,
): OldestWaiting {
  if (oldest === undefined || held.ready === 0 || held.state === 'missing') return {};
  return { oldest, ...(isAtLeast === undefined ? {} : { isAtLeast }) };
}
