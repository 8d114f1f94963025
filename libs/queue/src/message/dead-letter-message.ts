import { header } from './headers';
import type { IncomingMessage, OutgoingMessage } from './message';
import { errorHeaders, republished, withId } from './republished';
import type { WrittenError } from './republished';

/** Why a task was put aside. */
export type DeadLetterReason =
  /** Its handler, a guard, a pipe or its construction failed, and no attempt is left. */
  | 'attempts-exhausted'
  /** Its handler said that trying again cannot help, by `UnrecoverableError` or the definition's `retryIf`. */
  | 'unrecoverable'
  /** Its last run took longer than its definition's `timeout`, and no attempt is left. */
  | 'timed-out'
  /** Its time to begin a run was over (`expiresIn`, `expiresAfter`). */
  | 'expired'
  /** Its runs ended without an outcome again and again: workers died of it, were cut off or stopped. */
  | 'crash-loop'
  /** The payload does not match the definition's schema, or could not be lifted to its version. */
  | 'invalid-payload'
  /** The payload is of a newer version of the definition than the worker knows. */
  | 'newer-version'
  /** The payload is of an older version of the definition, from which no upcaster lifts it. */
  | 'older-version'
  /** No handler is registered for its name. */
  | 'unknown-task'
  /** The body is not a message of the queue's format. */
  | 'undecodable'
  /** Its queue takes sealed messages only, and it is not signed, altered, meant for another queue, or does not open. */
  | 'refused'
  /** The body has more than `maxMessageBytes`. */
  | 'too-large'
  /** A handler rejected the delivery itself, by `nack` or `reject` without requeue. */
  | 'rejected';

/** What is known of a failure, for whoever looks into the dead-letter queue. */
export interface DeadLetterFacts {
  /** Identifies this dead letter; the message's own id may be absent. */
  readonly deadLetterId: string;
  /** The task's id, of a message that says it elsewhere than in its `message_id`. */
  readonly id?: string | undefined;
  readonly reason: DeadLetterReason;
  readonly error: WrittenError;
  readonly queue: string;
  readonly attempt: number;
  readonly worker: string;
  /** Milliseconds since 1970; not there when nothing failed. */
  readonly firstFailureTime?: number | undefined;
  readonly lastFailureTime?: number | undefined;
  /** Milliseconds since 1970, of the putting aside. */
  readonly time: number;
}

/**
 * The message that goes into the dead-letter queue: the same bytes and properties, and the reason in headers. See
 * `republished` for the little that stays behind.
 */
export function deadLetterMessage(message: IncomingMessage, facts: DeadLetterFacts): OutgoingMessage {
  const { firstFailureTime, lastFailureTime, id } = facts;
  const { content, properties } = republished(message, {
    [header.deadLetterId]: facts.deadLetterId,
    [header.deadLetterReason]: facts.reason,
    [header.deadLetterQueue]: facts.queue,
    [header.deadLetterTime]: facts.time,
    [header.deadLetterWorker]: facts.worker,
    [header.attempt]: facts.attempt,
    ...errorHeaders(facts.error),
    ...(firstFailureTime === undefined ? {} : { [header.firstFailureTime]: firstFailureTime }),
    ...(lastFailureTime === undefined ? {} : { [header.lastFailureTime]: lastFailureTime }),
  });
  return { content, properties: withId(properties, id) };
}
