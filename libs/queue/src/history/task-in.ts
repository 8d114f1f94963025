import type { LifecycleRecord } from './lifecycle-record';

/** The id of the task that a record is about: something happened to it, or somebody wants it cancelled. `undefined` for other records. */
export function taskIn(record: LifecycleRecord): string | undefined {
  if ('id' in record) return record.id;
  return record.kind === 'ordered' && record.what === 'cancel' ? record.target : undefined;
}
