import { oldestWaiting } from '@app/queue/operating';
import type { QueueRecord, WorkQueueCounts } from '@app/queue/operating';

/** A queue for programs: what the broker holds, and what was recorded of it. Times in milliseconds. */
export function queueDocument(held: WorkQueueCounts, recorded: readonly QueueRecord[]): object {
  const told: Partial<QueueRecord> = recorded.find(({ queue }) => queue === held.queue) ?? {};
  const { running, donePerSecond, workers, wait, run } = told;
  return { ...held, running, ...oldestWaiting(told, held), donePerSecond, workers, wait, run };
}
