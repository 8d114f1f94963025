import { createHash, randomUUID } from 'node:crypto';

/**
 * A name by which the outside world can tell that a notification is the same one again: the task's id where it can
 * stand in a file name and in a header, otherwise its hash. A message of a foreign client may have no id; then every
 * run is a new notification, because one mail too many is better than one that is lost.
 */
export function idempotencyKey(taskId: string | undefined): string {
  if (taskId === undefined || taskId === '') return randomUUID();
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(taskId) ? taskId : createHash('sha256').update(taskId).digest('hex');
}
