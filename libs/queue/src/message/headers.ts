import { entryBytes } from './field-table';

/** The names of the AMQP headers Warren writes. AMQP's own properties carry the rest: `message_id`, `type`, `timestamp`. */
export const header = {
  /** The version of the definition that the payload is written by, from 1; not there in version 1. */
  taskVersion: 'x-task-version',
  /** The run this message asks for, from 1. */
  attempt: 'x-attempt',
  /** When it first failed and when it last did, in milliseconds since 1970. */
  firstFailureTime: 'x-first-failure-time',
  lastFailureTime: 'x-last-failure-time',
  /** Milliseconds it waited before this attempt. */
  retryDelay: 'x-retry-delay',
  /** From then on, in milliseconds since 1970, no run of it begins. */
  expiresAt: 'x-expires-at',
  /** When a task whose id was not made for it was added, and when one was redriven, in milliseconds since 1970: an older cancel is not meant. */
  addedAt: 'x-added-at',
  /** Runs of this attempt that ended without an outcome, as far as the broker does not count them. */
  crashes: 'x-crashes',
  /** The `expiration` it was published with, which must not end it elsewhere. */
  originalExpiration: 'x-original-expiration',
  /** How often it came back from the dead-letter queue, and which redrive gave it back last. */
  timesRedriven: 'x-redriven',
  redriveRun: 'x-redrive-run',
  /** A redriven task begins a trace of its own: this names the span of its last run before, as a `traceparent`. */
  redrivenTraceparent: 'x-redriven-traceparent',
  deadLetterId: 'x-dead-letter-id',
  deadLetterReason: 'x-dead-letter-reason',
  deadLetterQueue: 'x-dead-letter-queue',
  deadLetterTime: 'x-dead-letter-time',
  deadLetterWorker: 'x-dead-letter-worker',
  /** The span of the run that failed last, as a `traceparent`; not there when nobody traced it. */
  deadLetterTraceparent: 'x-dead-letter-traceparent',
  errorName: 'x-error-name',
  errorMessage: 'x-error-message',
  errorStack: 'x-error-stack',
  /** The names of headers that a dead letter could not keep, comma-separated. */
  droppedHeaders: 'x-dropped-headers',
} as const;

/** The header of a payload's version. Version 1 is not written: it is what programs without versions send. */
export function versionHeader(version = 1): Readonly<Record<string, number>> {
  return version === 1 ? {} : { [header.taskVersion]: version };
}

/** What the broker writes when it dead-letters. Sent back to it, these feed its cycle detection, which drops messages. */
const BROKER_DEATH_HEADERS = [
  /^x-death$/,
  /^x-(first|last)-death-/,
  /^x-delivery-count$/,
  /^x-acquired-count$/,
  /^(CC|BCC)$/,
];

/** Whether the broker writes or reads this header itself; published by anybody else it does harm. */
export function isBrokerHeader(name: string): boolean {
  return BROKER_DEATH_HEADERS.some((pattern) => pattern.test(name));
}

/** A message's headers without those that must not be published again. */
export function republishableHeaders(headers: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !isBrokerHeader(name)));
}

/** The entries that fit into so many bytes on the wire, in order, and the names of the others. */
export function fittingHeaders(
  headers: Readonly<Record<string, unknown>>,
  bytes: number,
): { readonly kept: Record<string, unknown>; readonly dropped: readonly string[] } {
  const kept: [string, unknown][] = [];
  const dropped: string[] = [];
  let left = bytes;
  for (const [name, value] of Object.entries(headers)) {
    const size = entryBytes(name, value);
    if (size > left) {
      dropped.push(name);
    } else {
      kept.push([name, value]);
      left -= size;
    }
  }
  return { kept: Object.fromEntries(kept), dropped };
}

/** Bytes of all these headers together on the wire, at most; infinite when one of them cannot be written. */
export function headerBytes(headers: Readonly<Record<string, unknown>>): number {
  return Object.entries(headers).reduce((total, [name, value]) => total + entryBytes(name, value), 0);
}

/** A header that holds a whole number from `min`; what a publisher wrote that is none counts as not there. */
export function numberHeader(
  headers: Readonly<Record<string, unknown>> | undefined,
  name: string,
  min = 0,
): number | undefined {
  const value = headers?.[name];
  return Number.isSafeInteger(value) && Number(value) >= min ? Number(value) : undefined;
}
