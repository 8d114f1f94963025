import type { DeadLetterReason } from '../message/dead-letter-message';

/** An error as it is written down: whatever was thrown, it has a name and a message. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** How one run ended. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result?: unknown }
  | { readonly kind: 'dead-lettered'; readonly reason: DeadLetterReason; readonly error: RecordedError }
  /** The worker is stopping, and the task had not ended when its deadline passed. */
  | { readonly kind: 'requeued' };

/** The outcome of a task that cannot be run. */
export function putAside(reason: DeadLetterReason, name: string, message: string): Outcome {
  return { kind: 'dead-lettered', reason, error: { name, message } };
}

/** Anything thrown, as it is written down. Never throws itself. */
export function recordError(thrown: unknown): RecordedError {
  if (thrown instanceof Error) {
    const name = thrown.name === 'Error' ? thrown.constructor.name : thrown.name; // a subclass often leaves `name` alone
    return { name, message: thrown.message, stack: thrown.stack };
  }
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') {
    const name = 'name' in thrown && typeof thrown.name === 'string' ? thrown.name : 'Error';
    return { name, message: thrown.message };
  }
  return { name: 'Error', message: textOf(thrown) };
}

function textOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return 'a value that cannot be shown was thrown';
  }
}
