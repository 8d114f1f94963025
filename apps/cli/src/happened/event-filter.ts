import { taskIn } from '@app/queue/operating';
import type { LifecycleRecord } from '@app/queue/operating';

/** Which events are meant: those that match all that is given. */
export interface EventFilter {
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly queue?: readonly string[];
  /** Names of tasks. */
  readonly name?: readonly string[];
  readonly kind?: readonly string[];
  /** How the id of the task begins. */
  readonly id?: string;
}

/** Whether a record is meant. Heartbeats only when they are asked for: there are many. */
export function isMeant(record: LifecycleRecord, { since = 0, queue, name, kind, id }: EventFilter): boolean {
  if (record.at < since) return false;
  if (kind === undefined ? record.kind === 'beat' : !kind.includes(record.kind)) return false;
  const facts = record as { readonly queue?: string; readonly name?: string };
  return (
    (queue === undefined || queue.includes(facts.queue ?? '')) &&
    (name === undefined || name.includes(facts.name ?? '')) &&
    (id === undefined || taskIn(record)?.startsWith(id) === true)
  );
}
