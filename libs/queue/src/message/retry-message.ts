import { header } from './headers';
import type { IncomingMessage, OutgoingMessage } from './message';
import { errorHeaders, republished, withId } from './republished';
import type { WrittenError } from './republished';

/** What the next attempt is told of the one that failed. Times in milliseconds since 1970. */
export interface RetryFacts {
  /** The task's, by which its attempts can be known as one task's, also of a message that came without one or states it elsewhere. */
  readonly id: string;
  readonly attempt: number;
  readonly delay: number;
  readonly error: WrittenError;
  readonly firstFailureTime: number;
  readonly lastFailureTime: number;
  readonly expiresAt?: number | undefined;
}

/** Of a failed attempt; the next one begins without it. */
const OF_THE_LAST_ATTEMPT = [header.crashes, header.errorStack];

/** The message of the next attempt: the same task, and in headers which attempt it is and why. The stack stays behind. */
export function retryMessage(message: IncomingMessage, facts: RetryFacts): OutgoingMessage {
  const { name, message: text } = facts.error;
  const own = {
    [header.attempt]: facts.attempt,
    [header.retryDelay]: facts.delay,
    [header.firstFailureTime]: facts.firstFailureTime,
    [header.lastFailureTime]: facts.lastFailureTime,
    ...(facts.expiresAt === undefined ? {} : { [header.expiresAt]: facts.expiresAt }),
    ...errorHeaders({ name, message: text }),
  };
  const { content, properties } = republished(message, own, OF_THE_LAST_ATTEMPT);
  return { content, properties: withId(properties, facts.id) };
}

/** The message of a task whose time has not come: the same, with an id by which its later runs can be known as one task's. */
export function postponedMessage(message: IncomingMessage, id: string): OutgoingMessage {
  const { content, properties } = republished(message, {});
  return { content, properties: withId(properties, id) };
}
