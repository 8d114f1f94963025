import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError } from '../errors';
import { header } from './headers';
import type { OutgoingMessage } from './message';

/** A header of a task: what AMQP clients in every language read back unchanged. */
export type HeaderValue = string | number | boolean;

/** What a task is written with besides its payload. Times in milliseconds since 1970. */
export interface WrittenWith {
  readonly id: string;
  readonly now: number;
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
  readonly priority?: number | undefined;
  /** No run begins from then on. */
  readonly expiresAt?: number | undefined;
}

/**
 * Writes a task as a message: the body in the queue's format, and what every AMQP client can read in the properties
 * (id, name, time).
 * @throws InvalidPayloadError when the format cannot write the payload (a cycle, a BigInt).
 */
export function writeTask(task: TaskDefinition, payload: unknown, written: WrittenWith): OutgoingMessage {
  const { id, now, priority } = written;
  return {
    content: contentOf(task, payload),
    properties: {
      messageId: id,
      type: task.name,
      contentType: task.queue.format.contentType,
      timestamp: Math.floor(now / 1_000),
      ...(priority === undefined ? {} : { priority }),
      headers: headersOf(written),
    },
  };
}

/** One object for all tasks without headers: the AMQP client derives an object from it, which is slow for each new one. */
const NO_HEADERS = Object.freeze({});

/** A copy: the caller may change its own. */
function headersOf({ headers, expiresAt }: WrittenWith): Readonly<Record<string, HeaderValue>> {
  if (headers === undefined && expiresAt === undefined) return NO_HEADERS;
  return expiresAt === undefined ? { ...headers } : { ...headers, [header.expiresAt]: expiresAt };
}

function contentOf(task: TaskDefinition, payload: unknown): Buffer {
  try {
    return task.queue.format.write({ name: task.name, payload });
  } catch (error) {
    throw new InvalidPayloadError(task.name, [{ path: '', message: `it cannot be written: ${String(error)}` }]);
  }
}
