import type { FailedRun } from '../events';
import type { DeadLetterReason } from '../message/dead-letter-message';

/** An error as it is written down: whatever was thrown, it has a name and a message. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** The next attempt of a task that failed. */
export interface Retry {
  readonly attempt: number;
  /** Milliseconds until it. */
  readonly delay: number;
  readonly error: RecordedError;
  /** From then on, in milliseconds since 1970, no run begins. */
  readonly expiresAt?: number;
}

/** The outcome of a task that is put aside. */
export interface DeadLettered {
  readonly kind: 'dead-lettered';
  readonly reason: DeadLetterReason;
  readonly error: RecordedError;
}

/** How one run ended. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result?: unknown }
  | { readonly kind: 'retrying'; readonly retry: Retry }
  | DeadLettered
  /** Another system's message says that no run of it may begin before; milliseconds since 1970. */
  | { readonly kind: 'postponed'; readonly until: number }
  /** Somebody has cancelled it: it is forgotten without a run, or its run has failed since. */
  | { readonly kind: 'cancelled'; readonly by: string }
  /** The worker is stopping, and the task had not ended when its deadline passed. */
  | { readonly kind: 'requeued' };

/** The outcome of a task that cannot be run. */
export function putAside(reason: DeadLetterReason, name: string, message: string): DeadLettered {
  return { kind: 'dead-lettered', reason, error: { name, message } };
}

/** What an event says of a run that failed. */
export function failureFacts(
  { failedAfter }: { readonly failedAfter: number | undefined },
  { name, message, stack }: RecordedError,
): { readonly error: string } & FailedRun {
  return { error: `${name}: ${message}`, stack, milliseconds: failedAfter };
}

/** Anything thrown, as it is written down. Never throws itself. */
export function recordError(thrown: unknown): RecordedError {
  try {
    if (thrown instanceof Error) return recordOf(thrown);
    return isErrorLike(thrown) ? { ...recordOf(thrown), stack: undefined } : { name: 'Error', message: textOf(thrown) };
  } catch {
    return { name: 'Error', message: 'a value that cannot be shown was thrown' };
  }
}

/** Anybody may have written anything into an error's fields. */
function recordOf(error: { name?: unknown; message: unknown; stack?: unknown; constructor?: unknown }): RecordedError {
  return {
    name: nameOf(error),
    message: typeof error.message === 'string' ? error.message : textOf(error.message),
    stack: typeof error.stack === 'string' ? error.stack : undefined,
  };
}

/** A subclass often leaves `name` alone; then it is the class's. */
function nameOf({ name, constructor }: { name?: unknown; constructor?: unknown }): string {
  if (typeof name === 'string' && name !== 'Error' && name !== '') return name;
  const className: unknown = typeof constructor === 'function' && constructor !== Object ? constructor.name : '';
  return typeof className === 'string' && className !== '' ? className : 'Error';
}

function isErrorLike(thrown: unknown): thrown is { message: string } {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
}
