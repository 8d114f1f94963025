import type { TaskDefinition } from '../define-task';
import type { QueueDefinition } from '../define-queue';
import { DefinitionError, InvalidPayloadError } from '../errors';
import type { WrittenMessage } from './formats';
import { header, versionHeader } from './headers';
import type { MessageProperties, OutgoingMessage } from './message';

/** A header of a task: what AMQP clients in every language read back unchanged. */
export type HeaderValue = string | number | boolean;

/** What is written: a task, or an event, whose queue is its exchange. */
export interface Writable extends Pick<TaskDefinition, 'name'>, Partial<Pick<TaskDefinition, 'version'>> {
  readonly queue: Pick<QueueDefinition, 'name' | 'format'>;
}

/** What a task is written with besides its payload. Times in milliseconds since 1970. */
export interface WrittenWith {
  readonly id: string;
  readonly now: number;
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
  readonly priority?: number | undefined;
  /** An earlier task may have had the id: then the time is written to the millisecond, for a cancel of the earlier one. */
  readonly isKnownId?: boolean;
  /** No run begins from then on. */
  readonly expiresAt?: number | undefined;
}

/**
 * Writes a task as a message: the body in the queue's format, and what every AMQP client can read in the properties
 * (id, name, time).
 * @throws InvalidPayloadError when the format cannot write the payload (a cycle, a BigInt).
 * @throws DefinitionError when the format lacks what it needs (a key to sign with).
 */
export function writeTask(task: Writable, payload: unknown, written: WrittenWith): OutgoingMessage {
  const { id, now, priority } = written;
  const said = saidBy(task, payload, written);
  const properties: MessageProperties = {
    messageId: id,
    type: task.name,
    contentType: task.queue.format.contentType,
    timestamp: Math.floor(now / 1_000),
    ...(priority === undefined ? {} : { priority }),
    headers: headersOf(task, written),
  };
  return Buffer.isBuffer(said) ? { content: said, properties } : withMore(said, properties);
}

/** What a format says besides the body takes the place of what is said of every task. */
function withMore({ content, headers, ...said }: WrittenMessage, properties: MessageProperties): OutgoingMessage {
  return { content, properties: { ...properties, ...said, headers: { ...properties.headers, ...headers } } };
}

/** One object for all tasks without headers: the AMQP client derives an object from it, which is slow for each new one. */
const NO_HEADERS = Object.freeze({});

/** A copy: the caller may change its own. */
function headersOf(
  { version = 1 }: Writable,
  { headers, expiresAt, now, isKnownId }: WrittenWith,
): Readonly<Record<string, HeaderValue>> {
  if (headers === undefined && expiresAt === undefined && isKnownId !== true && version === 1) return NO_HEADERS;
  return {
    ...headers,
    ...versionHeader(version),
    ...(expiresAt === undefined ? {} : { [header.expiresAt]: expiresAt }),
    ...(isKnownId === true ? { [header.addedAt]: now } : {}),
  };
}

function saidBy({ name, queue, version }: Writable, payload: unknown, written: WrittenWith): Buffer | WrittenMessage {
  const { id, now: addedAt, expiresAt, headers } = written;
  try {
    return queue.format.write({ name, payload, id, queue: queue.name, addedAt, expiresAt, headers, version });
  } catch (error) {
    if (error instanceof DefinitionError) throw error; // of the queue, not of the payload
    throw new InvalidPayloadError(name, [{ path: '', message: `it cannot be written: ${String(error)}` }]);
  }
}
