import { DELIVERY_EXCHANGE, delayOf } from '../topology/delay-levels';
import { header, numberHeader } from './headers';
import { idTimeOf } from './id-time';
import type { IncomingMessage } from './message';

/** An id made for this adding is at most so many milliseconds younger than the adding's second; a payload may take time to check. */
export const LATEST_ID_MS = 3_000;

/**
 * Since when a task could have been run, in milliseconds since 1970: for its first attempt when it was added, and its delay after that;
 * for a later one when its backoff ended. `undefined` when nothing tells it: a message of another program without a timestamp, and
 * one that came back from a dead-letter queue. Not to be asked of what was handed out before: most of its time it was not waiting.
 *
 * AMQP's `timestamp` has whole seconds. The id that Warren gives a task has milliseconds, and is believed where it is of that second:
 * a caller may have given an id of any age. The clock is that of the process which added the task.
 */
export function dueTimeOf({ fields, properties }: IncomingMessage): number | undefined {
  const { headers } = properties;
  const retryDelay = numberHeader(headers, header.retryDelay);
  if (retryDelay !== undefined) {
    const failedAt = numberHeader(headers, header.lastFailureTime);
    return failedAt === undefined ? undefined : failedAt + retryDelay;
  }
  if (headers?.[header.timesRedriven] !== undefined) return undefined;
  const added = addedAt(properties);
  if (added === undefined || fields.exchange !== DELIVERY_EXCHANGE) return added;
  return added + delayOf(fields.routingKey);
}

function addedAt({ messageId, timestamp }: IncomingMessage['properties']): number | undefined {
  const second = typeof timestamp === 'number' && timestamp > 0 ? timestamp * 1_000 : undefined;
  const millisecond = idTimeOf(messageId);
  if (second === undefined || millisecond === undefined) return second;
  return millisecond >= second && millisecond < second + LATEST_ID_MS ? millisecond : second;
}
