import { idTimeOf } from '../message/id-time';
import type { RunRecord } from './lifecycle-record';

/** What tells when a run began. */
const TELLING: readonly string[] = ['started', 'completed', 'retrying', 'dead-lettered'];

/**
 * Whether a record is of a task that another program has added once more with an id of its own: nothing in such messages says so, but the
 * run began after the end of the last. An id that was made for its task has one life, or says which one.
 * @param endedAt milliseconds since 1970
 */
export function isRunAnew(record: RunRecord, endedAt: number): boolean {
  if (record.life !== undefined || !TELLING.includes(record.kind) || idTimeOf(record.id) !== undefined) return false;
  const milliseconds = 'milliseconds' in record ? (record.milliseconds ?? 0) : 0;
  return record.at - milliseconds > endedAt;
}
