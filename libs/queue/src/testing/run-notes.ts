import { AsyncLocalStorage } from 'node:async_hooks';
import type { DeadLetterReason } from '../message/dead-letter-message';
import type { PublishedMessage } from './recorded-task';

/** A line that was logged in a run. */
export interface LogLine {
  readonly level: 'verbose' | 'debug' | 'log' | 'warn' | 'error' | 'fatal';
  /** Of the logger: `Warren` for what the library says. */
  readonly context: string | undefined;
  readonly message: string;
}

/** How a run ended; see `RunResult`. */
export interface RunEnding {
  readonly outcome: 'completed' | 'retrying' | 'postponed' | 'dead-lettered' | 'cancelled' | 'requeued';
  readonly reason?: DeadLetterReason;
  readonly retry?: { readonly attempt: number; readonly delay: number };
}

/** What is noted of one run, by whoever meets it. */
export class RunNotes {
  readonly log: LogLine[] = [];
  readonly published: PublishedMessage[] = [];
  ending: RunEnding | undefined;
  result: unknown;
  thrown: { readonly error: unknown } | undefined;
}

const runs = new AsyncLocalStorage<RunNotes>();

/** The run in which this is called, also behind its `await`s. */
export function currentRun(): RunNotes | undefined {
  return runs.getStore();
}

/** Does something of which, and of all that follows from it, is noted here. */
export function noting<Result>(notes: RunNotes, work: () => Result): Result {
  return runs.run(notes, work);
}
