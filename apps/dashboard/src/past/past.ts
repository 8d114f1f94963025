import type { DeadTask } from '../tasks/dead-task';

/** One run of a task. Times are milliseconds since 1970. */
export interface PastAttempt {
  readonly attempt: number;
  readonly worker?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly milliseconds?: number;
  readonly error?: string;
  readonly stack?: string;
  readonly nextDelay?: number;
}

/** What is known of one task. */
export type PastTask = Omit<DeadTask, 'state' | 'attempts' | 'reason'> & {
  readonly state: string;
  readonly attempts: readonly PastAttempt[];
  readonly reason?: string;
  readonly dueAt?: number;
  readonly progress?: { readonly fraction: number; readonly note?: string; readonly at: number };
  readonly result?: unknown;
  readonly isResultTooLarge?: boolean;
  /** It is said to run, and its worker is silent or has stopped. */
  readonly isWorkerLost?: boolean;
  readonly by?: string;
  readonly redrivenAt?: number;
  /** Who has ordered that it be cancelled, while that is not carried out. */
  readonly cancelRequestedBy?: string;
};

/** Tasks that a search means. */
export interface FoundTasks {
  readonly tasks: readonly PastTask[];
  readonly total: number;
}

/** One worker process. */
export interface PastWorker {
  readonly name: string;
  readonly state: 'alive' | 'quiet' | 'stopping' | 'stopped' | 'lost';
  readonly version?: string;
  /** Milliseconds since it started, and of lateness of its event loop. */
  readonly uptime?: number;
  readonly lag?: number;
  /** Bytes of memory. */
  readonly rss?: number;
  readonly running: number;
  readonly queues: readonly { readonly queue: string; readonly running: number; readonly concurrency: number }[];
  /** When it was heard of last. */
  readonly heardAt: number;
}

/** What happened in one queue lately. Times in milliseconds. */
export interface PastQueue {
  readonly running: number;
  /** How long the oldest task waits; with `isAtLeast` more wait than are remembered, and one may be older. */
  readonly oldest?: number;
  readonly isAtLeast?: true;
  readonly donePerSecond: number;
  readonly waitP95?: number;
  readonly runP95?: number;
  /** Tasks done, a number for each stretch of the last minutes, the newest last. */
  readonly spark: readonly number[];
}

/** Tasks that have changed. */
export interface ChangedTasks {
  readonly ids: readonly string[];
  /** Others have changed as well: any may have. */
  readonly isCut: boolean;
}

/** What happened, as far as anybody kept it. */
export interface Past {
  /** `unavailable`: nothing is kept, and `problem` says why. */
  readonly state: 'replaying' | 'live' | 'unavailable';
  readonly problem: string | undefined;
  task(id: string): PastTask | undefined;
  /** @throws BadRequestException that names the word that cannot be understood. */
  search(text: string, page: { readonly limit: number; readonly offset: number }, now: number): FoundTasks;
  /** Those that wait for their time, the next one first. */
  delayed(limit: number, now: number): FoundTasks;
  workers(now: number): readonly PastWorker[];
  queue(name: string, now: number): PastQueue | undefined;
  /** Tasks that have changed since this was asked last; of very many only some. What was told before is not told again from now on. */
  takeChanged(): ChangedTasks;
}

/** The provider's name. */
export const PAST = Symbol('past');
