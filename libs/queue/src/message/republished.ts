import { isShortString } from './field-table';
import { fittingHeaders, header, headerBytes, republishableHeaders } from './headers';
import type { IncomingMessage, MessageProperties, OutgoingMessage } from './message';

/** An error as it is written into headers. */
export interface WrittenError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Headers Warren writes into a message that it publishes again. */
type OwnHeaders = Readonly<Record<string, string | number>>;

const MAX_TEXT_CHARACTERS = { name: 200, message: 2_000, stack: 8_000, dropped: 250 };

/**
 * The AMQP client writes no more than 65,536 bytes of headers, while a foreign message may bring 131,072 (a frame): what
 * does not fit beside Warren's own stays behind, because a message that cannot be published would never be settled.
 */
const MAX_HEADER_BYTES = 64_000;

/** Room for the names of what stays behind: three bytes a character, and the entry's own. */
const DROPPED_BYTES = 800;

/**
 * A message as it is published once more, to wait or to be kept aside: the same bytes and properties, and further headers.
 * Only `expiration` is taken off, because it would end the message where it waits; it is kept as
 * `x-original-expiration`. What cannot be published again stays behind, headers with their names in `x-dropped-headers`;
 * so does what the broker writes when it dead-letters.
 * @param without headers of Warren's own that are no longer true
 */
export function republished(
  message: IncomingMessage,
  headers: OwnHeaders,
  without: readonly string[] = [],
): OutgoingMessage {
  const { expiration, ...properties } = keptProperties(message.properties);
  const own = { ...(expiration === undefined ? {} : { [header.originalExpiration]: expiration }), ...headers };
  const replaced = new Set([...without, ...Object.keys(own)]);
  const others = Object.entries(republishableHeaders(message.properties.headers)).filter(
    ([name]) => !replaced.has(name),
  );
  const room = MAX_HEADER_BYTES - DROPPED_BYTES - headerBytes(own);
  const { kept, dropped } = fittingHeaders(Object.fromEntries(others), room);
  const names = dropped.join(', ').slice(0, MAX_TEXT_CHARACTERS.dropped);
  return {
    content: message.content,
    properties: {
      ...properties,
      headers: { ...kept, ...(dropped.length === 0 ? {} : { [header.droppedHeaders]: names }), ...own },
    },
  };
}

/** The properties of a message whose task has this id. One that no property can carry stays where it was said. */
export function withId(properties: MessageProperties, id: string | undefined): MessageProperties {
  return id === undefined || !isPublishable(id) ? properties : { ...properties, messageId: id };
}

/** An error in headers, each text cut to a length that leaves room for the others. */
export function errorHeaders({ name, message, stack }: WrittenError): Record<string, string> {
  return {
    [header.errorName]: name.slice(0, MAX_TEXT_CHARACTERS.name),
    [header.errorMessage]: message.slice(0, MAX_TEXT_CHARACTERS.message),
    ...(stack === undefined ? {} : { [header.errorStack]: stack.slice(0, MAX_TEXT_CHARACTERS.stack) }),
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
