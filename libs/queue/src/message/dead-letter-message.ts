import { isShortString } from './field-table';
import { fittingHeaders, header, headerBytes, republishableHeaders } from './headers';
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

const MAX_TEXT_CHARACTERS = { name: 200, message: 2_000, stack: 8_000, dropped: 250 };

/**
 * The AMQP client writes no more than 65,536 bytes of headers, while a foreign message may bring 131,072 (a frame): what
 * does not fit beside Warren's own stays behind, because a dead letter that cannot be published would never be settled.
 */
const MAX_HEADER_BYTES = 64_000;

/** Room for the names of what stays behind: three bytes a character, and the entry's own. */
const DROPPED_BYTES = 800;

/**
 * The message that goes into the dead-letter queue: the same bytes and properties, and the reason in headers. Only
 * `expiration` is taken off, because a dead letter must not expire; it is kept as `x-original-expiration`. What cannot
 * be published again stays behind, headers with their names in `x-dropped-headers`.
 */
export function deadLetterMessage(message: IncomingMessage, facts: DeadLetterFacts): OutgoingMessage {
  const { expiration, ...properties } = keptProperties(message.properties);
  const own = { ...(expiration === undefined ? {} : { 'x-original-expiration': expiration }), ...headersOf(facts) };
  const room = MAX_HEADER_BYTES - DROPPED_BYTES - headerBytes(own);
  const { kept, dropped } = fittingHeaders(republishableHeaders(message.properties.headers), room);
  const names = dropped.join(', ').slice(0, MAX_TEXT_CHARACTERS.dropped);
  return {
    content: message.content,
    properties: {
      ...properties,
      headers: { ...kept, ...(dropped.length === 0 ? {} : { [header.droppedHeaders]: names }), ...own },
    },
  };
}

function headersOf({ error, ...facts }: DeadLetterFacts): Record<string, string | number> {
  return {
    [header.deadLetterId]: facts.deadLetterId,
    [header.deadLetterReason]: facts.reason,
    [header.deadLetterQueue]: facts.queue,
    [header.deadLetterTime]: facts.time,
    [header.deadLetterWorker]: facts.worker,
    [header.attempt]: facts.attempt,
    [header.errorName]: error.name.slice(0, MAX_TEXT_CHARACTERS.name),
    [header.errorMessage]: error.message.slice(0, MAX_TEXT_CHARACTERS.message),
    ...(error.stack === undefined ? {} : { [header.errorStack]: error.stack.slice(0, MAX_TEXT_CHARACTERS.stack) }),
  };
}

/** `user_id` stays behind: the broker accepts only the login of the connection that publishes. */
function keptProperties(properties: IncomingMessage['properties']): Omit<MessageProperties, 'headers'> {
  const { headers: _headers, userId: _userId, ...kept } = properties;
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => isPublishable(value)));
}

function isPublishable(value: unknown): boolean {
  if (typeof value === 'string') return isShortString(value);
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
