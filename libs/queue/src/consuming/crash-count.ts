import { header, numberHeader } from '../message/headers';
import type { IncomingMessage } from '../message/message';

/** Runs of a task that ended without an outcome. */
export interface CrashCount {
  readonly count: number;
  /** The message or the broker knows the count; if not, the next redelivery will look the same as this one. */
  readonly isRecorded: boolean;
}

/**
 * How often a task was handed out without an end, as its message tells it: Warren's own count (`x-crashes`), and the
 * broker's. A quorum queue counts (`x-delivery-count`; from RabbitMQ 4.3 on `x-acquired-count` says that it does, and
 * what was given back by a nack is not in the first). A classic queue only says that it was not the first time.
 * @param isCounted its queue is one that counts. A classic queue hands on what a publisher wrote under these names, as of a
 * message that was moved here from another broker.
 */
export function crashCountOf({ fields, properties }: IncomingMessage, isCounted: boolean): CrashCount {
  const { headers } = properties;
  const own = numberHeader(headers, header.crashes) ?? 0;
  if (!fields.redelivered) return { count: own, isRecorded: true };
  const brokers = numberHeader(headers, 'x-delivery-count');
  const isCounting = brokers !== undefined || numberHeader(headers, 'x-acquired-count') !== undefined;
  return isCounted && isCounting
    ? { count: own + (brokers ?? 0), isRecorded: true }
    : { count: own + 1, isRecorded: false };
}
