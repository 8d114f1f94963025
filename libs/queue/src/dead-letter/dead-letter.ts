import { createHash } from 'node:crypto';
import type { MessageFormat } from '../message/formats';
import { header, numberHeader } from '../message/headers';
import { versionOf } from '../message/lift-payload';
import type { IncomingMessage } from '../message/message';
import { assertQueueName } from '../topology/names';

/** What is known of one message in a dead-letter queue. Times are milliseconds since 1970. */
export interface DeadLetter {
  /**
   * Names it in `show`, `redrive` and `purge`: the task's id; where the message has none, {@link deadLetterId}; where
   * it has neither, a digest of its bytes.
   */
  readonly id: string;
  /** Given when Warren put it aside. The same task put aside twice has two. */
  readonly deadLetterId: string | undefined;
  /** The work queue in whose dead-letter queue it is. */
  readonly queue: string;
  /** The work queue it came from, and into which it is redriven. */
  readonly originalQueue: string;
  /**
   * A `DeadLetterReason`; `broker:` and the broker's own word for what the broker moved there (`broker:delivery_limit`);
   * `foreign` for what says nothing about itself.
   */
  readonly reason: string;
  /** The task's name; `undefined` when the message does not tell. */
  readonly name: string | undefined;
  /** The run that failed last, from 1; the one that was to begin where none failed (`expired` and such). */
  readonly attempt: number;
  readonly error: { readonly name: string; readonly message: string } | undefined;
  /** When it was put aside; `undefined` when nobody wrote it down. */
  readonly time: number | undefined;
  readonly firstFailureTime: number | undefined;
  readonly lastFailureTime: number | undefined;
  /** Host and process that put it aside. */
  readonly worker: string | undefined;
  /** How often the task has been redriven before. */
  readonly timesRedriven: number;
  /** Bytes of its body. */
  readonly bytes: number;
}

/** A dead letter with all that its message carries. */
export interface DeadLetterDetails extends DeadLetter {
  /** Of its payload, from 1: the version of the definition that it was written by, whatever it was lifted to for its runs. */
  readonly version: number;
  readonly stack: string | undefined;
  /** The AMQP properties that are set, by amqplib's names, without the headers. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The body, its bytes as they were added. */
  readonly content: Buffer;
}

/** Reads a message of a dead-letter queue, whoever wrote it: what is missing or is none of ours is `undefined`, never an error. */
export function readDeadLetter(message: IncomingMessage, queue: string, format?: MessageFormat): DeadLetter {
  const { headers = {} } = message.properties;
  const deadLetterId = text(headers[header.deadLetterId]);
  return {
    id: text(message.properties.messageId) ?? deadLetterId ?? digestOf(message.content),
    deadLetterId,
    queue,
    originalQueue: originalQueueOf(headers, queue),
    reason: reasonOf(headers),
    name: text(message.properties.type) ?? nameIn(message, originalQueueOf(headers, queue), format),
    attempt: numberHeader(headers, header.attempt, 1) ?? 1,
    error: errorOf(headers),
    time: numberHeader(headers, header.deadLetterTime) ?? brokerTimeOf(headers),
    firstFailureTime: numberHeader(headers, header.firstFailureTime),
    lastFailureTime: numberHeader(headers, header.lastFailureTime),
    worker: text(headers[header.deadLetterWorker]),
    timesRedriven: numberHeader(headers, header.timesRedriven) ?? 0,
    bytes: message.content.length,
  };
}

/** The same with the whole message. */
export function readDetails(message: IncomingMessage, deadLetter: DeadLetter): DeadLetterDetails {
  const { headers = {}, ...properties } = message.properties;
  return {
    ...deadLetter,
    version: versionOf(headers),
    stack: text(headers[header.errorStack]),
    properties: Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)),
    headers,
    content: message.content,
  };
}

/** Anybody who may write into the queue may write this header: it counts when a work queue may have such a name. */
function originalQueueOf(headers: Readonly<Record<string, unknown>>, queue: string): string {
  const named = text(headers[header.deadLetterQueue]);
  if (named === undefined) return queue;
  try {
    assertQueueName(named);
    return named;
  } catch {
    return queue;
  }
}

function reasonOf(headers: Readonly<Record<string, unknown>>): string {
  const own = text(headers[header.deadLetterReason]);
  if (own !== undefined) return own;
  const brokers = text(headers['x-first-death-reason']) ?? text(lastDeath(headers)?.['reason']);
  return brokers === undefined ? 'foreign' : `broker:${brokers}`;
}

function errorOf(headers: Readonly<Record<string, unknown>>): DeadLetter['error'] {
  const name = text(headers[header.errorName]);
  const message = text(headers[header.errorMessage]);
  return name === undefined && message === undefined ? undefined : { name: name ?? 'Error', message: message ?? '' };
}

/** The broker writes the seconds of the last time it moved the message. */
function brokerTimeOf(headers: Readonly<Record<string, unknown>>): number | undefined {
  const time = lastDeath(headers)?.['time'];
  const seconds = isTable(time) && time['!'] === 'timestamp' ? time['value'] : undefined;
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

function lastDeath(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const deaths = headers['x-death'];
  const last: unknown = Array.isArray(deaths) ? deaths[0] : undefined;
  return isTable(last) ? last : undefined;
}

/** Plain Nest clients write the name into the body alone. */
function nameIn(message: IncomingMessage, queue: string, format: MessageFormat | undefined): string | undefined {
  try {
    return format?.read(message, queue)?.name;
  } catch {
    return undefined; // a rule of a user's own, and a message it was not written for
  }
}

function digestOf(content: Buffer): string {
  return `sha256-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
