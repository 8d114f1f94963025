/** What every record says. */
interface Happened {
  /** Milliseconds since 1970, by the clock of the process it happened in. */
  readonly at: number;
  /** The process it happened in. */
  readonly worker: string;
}

/** Which task, and which run of it. */
export interface TaskHappened extends Happened {
  readonly id: string;
  readonly name?: string;
  readonly queue: string;
  /**
   * Which life of its id: when the task was added with an id that was there before it, or given back by a redrive (`x-added-at`), in
   * milliseconds since 1970. A later life has a larger one. Missing for the first life of an id that was made for its task.
   */
  readonly life?: number;
}

interface RunHappened extends TaskHappened {
  /** From 1. */
  readonly attempt: number;
}

interface RunFailed extends RunHappened {
  /** `Name: message`. */
  readonly error: string;
  /** Cut off after some lines. */
  readonly stack?: string;
  /** How long the handler ran; missing where it did not. */
  readonly milliseconds?: number;
}

/** The broker has confirmed the task. `delay` in milliseconds, missing for none. */
export interface AddedRecord extends TaskHappened {
  readonly kind: 'added';
  readonly delay?: number;
  readonly traceId?: string;
}

/** A run has begun. Of runs that end at once there is no such record: their end says when they began. */
export interface StartedRecord extends RunHappened {
  readonly kind: 'started';
}

/** How far a run is; `fraction` from 0 to 1. */
export interface ProgressedRecord extends RunHappened {
  readonly kind: 'progressed';
  readonly fraction: number;
  readonly note?: string;
}

/** A run has completed its task, after `milliseconds` of the handler. */
export interface CompletedRecord extends RunHappened {
  readonly kind: 'completed';
  readonly milliseconds: number;
  /** What the handler returned, where it is small. */
  readonly result?: unknown;
  readonly isResultTooLarge?: boolean;
}

/** A run has failed, and another one follows in `delay` milliseconds. */
export interface RetryingRecord extends RunFailed {
  readonly kind: 'retrying';
  readonly nextAttempt: number;
  readonly delay: number;
}

/** The task is set aside with its reason. */
export interface DeadLetteredRecord extends RunFailed {
  readonly kind: 'dead-lettered';
  readonly reason: string;
}

/** The task was cancelled, by whom. */
export interface CancelledRecord extends TaskHappened {
  readonly kind: 'cancelled';
  readonly by?: string;
  readonly attempt?: number;
}

/** A run ended without an outcome: the task is in its queue again (`requeued`), or comes back from the broker (`lost`). */
export interface ReturnedRecord extends RunHappened {
  readonly kind: 'requeued' | 'lost';
  readonly why: string;
}

/** Given back to its queue from the dead-letter queue, or thrown away from it, by whom. */
export interface DeadLetterRecord extends TaskHappened {
  readonly kind: 'redriven' | 'purged';
  readonly reason: string;
  readonly by?: string;
}

/** One queue that a worker consumes, as its beat tells it. */
export interface BeatQueue {
  readonly queue: string;
  /** Tasks it handles at once. */
  readonly concurrency: number;
  /** Tasks it handles now. */
  readonly running: number;
}

/** Why a worker takes nothing new: it was told so and stays, or it ends. */
export type LeavingState = 'quiet' | 'stopping';

/** A worker says that it lives, every few seconds. */
export interface BeatRecord extends Happened {
  readonly kind: 'beat';
  /** Missing while it takes tasks. */
  readonly leaving?: LeavingState;
  readonly host: string;
  readonly pid: number;
  /** Of the application, from its `package.json`; missing where there is none. */
  readonly version?: string;
  /** Milliseconds since the process started. */
  readonly uptime: number;
  /** Milliseconds the event loop was late at worst since the last beat. */
  readonly lag: number;
  /** Bytes of memory. */
  readonly rss: number;
  /** Milliseconds until the next beat: who is silent for several of them is lost. */
  readonly every: number;
  readonly queues: readonly BeatQueue[];
  /** Ids of tasks that run, the oldest first; of very many only some. */
  readonly running: readonly string[];
  /** Records this process has dropped so far. */
  readonly dropped: number;
}

/** What a process says about itself: `what` is the name of the event, `why` its reason. */
export interface ProcessRecord extends Happened {
  readonly kind: 'process';
  /** `worker.stopping`, `worker.stopped`, `connection.lost`, ...: as in {@link QueueEventMap}. */
  readonly what: string;
  readonly why?: string;
  readonly queue?: string;
}

/** Something was ordered: `what` is the order (`pause`, `quiet` ...), `target` the queue, worker or task it is about. */
export interface OrderedRecord extends Happened {
  readonly kind: 'ordered';
  readonly what: string;
  readonly target: string;
  readonly by: string;
  readonly why?: string;
}

/** One thing that happened. */
export type LifecycleRecord =
  | AddedRecord
  | StartedRecord
  | ProgressedRecord
  | CompletedRecord
  | RetryingRecord
  | DeadLetteredRecord
  | CancelledRecord
  | ReturnedRecord
  | DeadLetterRecord
  | BeatRecord
  | ProcessRecord
  | OrderedRecord;

/** The records that are about one task. */
export type TaskLifecycleRecord = Extract<LifecycleRecord, TaskHappened>;

/** Those that are about one run of it. */
export type RunRecord = Exclude<TaskLifecycleRecord, AddedRecord | DeadLetterRecord>;
