import { header, republishableHeaders } from './headers';
import type { IncomingMessage, MessageProperties, OutgoingMessage } from './message';

/** Why a task was put aside. */
export type DeadLetterReason =
  /** Its handler, a guard, a pipe or its construction failed, and no attempt is left. */
  | 'attempts-exhausted'
  /** The payload does not match the definition's schema. */
  | 'invalid-payload'
  /** No handler is registered for its name. */
  | 'unknown-task'
  /** The body is not a message of the queue's format. */
  | 'undecodable'
  /** The body has more than `maxMessageBytes`. */
  | 'too-large'
  /** A handler refused the delivery itself, by `nack` or `reject` without requeue. */
  | 'rejected';

/** What is known of a failure, for whoever looks into the dead-letter queue. */
export interface DeadLetterFacts {
  /** Identifies this dead letter; the message's own id may be absent. */
  readonly deadLetterId: string;
  readonly reason: DeadLetterReason;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string | undefined };
  readonly queue: string;
  readonly attempt: number;
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** All of a message's headers travel in one frame of 131,072 bytes; a larger one closes the connection (501). */
const MAX_TEXT_CHARACTERS = { name: 200, message: 2_000, stack: 8_000 };

/**
 * The message that goes into the dead-letter queue: the same bytes and properties, and the reason in headers. Only
 * `expiration` is taken off, because a dead letter must not expire; it is kept as `x-original-expiration`.
 */
export function deadLetterMessage(message: IncomingMessage, facts: DeadLetterFacts): OutgoingMessage {
  const { expiration, ...properties } = keptProperties(message.properties);
  return {
    content: message.content,
    properties: {
      ...properties,
      headers: {
        ...republishableHeaders(message.properties.headers),
        ...(expiration === undefined ? {} : { 'x-original-expiration': expiration }),
        [header.deadLetterId]: facts.deadLetterId,
        [header.deadLetterReason]: facts.reason,
        [header.deadLetterQueue]: facts.queue,
        [header.deadLetterTime]: facts.time,
        [header.deadLetterWorker]: facts.worker,
        [header.attempt]: facts.attempt,
        [header.errorName]: facts.error.name.slice(0, MAX_TEXT_CHARACTERS.name),
        [header.errorMessage]: facts.error.message.slice(0, MAX_TEXT_CHARACTERS.message),
        ...(facts.error.stack === undefined
          ? {}
          : { [header.errorStack]: facts.error.stack.slice(0, MAX_TEXT_CHARACTERS.stack) }),
      },
    },
  };
}

/** `user_id` stays behind: the broker accepts only the login of the connection that publishes. */
function keptProperties(properties: IncomingMessage['properties']): Omit<MessageProperties, 'headers'> {
  const { headers: _headers, userId: _userId, ...kept } = properties;
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}
