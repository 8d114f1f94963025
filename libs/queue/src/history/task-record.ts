/**
 * Where a task stands. `delayed`: waits for its time (`dueAt`; once that has passed, for a worker); `queued`: waits for a worker; `running`; `retrying`: has failed and waits for its
 * next attempt. The other three are ends: `completed`, `dead-lettered` (set aside with its reason) and `cancelled`.
 */
export type TaskState = 'delayed' | 'queued' | 'running' | 'retrying' | 'completed' | 'dead-lettered' | 'cancelled';

/** One run of a task. Times are milliseconds since 1970, by the clock of the process that saw it. */
export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number;
  /** The worker that ran it. */
  readonly worker?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** How long the handler ran. */
  readonly milliseconds?: number;
  /** `Name: message` of what it failed with. */
  readonly error?: string;
  /** Where it failed, cut off after some lines. */
  readonly stack?: string;
  /** Milliseconds until the next attempt. */
  readonly nextDelay?: number;
}

/** How far a running task says it is. */
export interface ProgressRecord {
  /** From 0 to 1. */
  readonly fraction: number;
  /** What it is doing, in the handler's words. */
  readonly note?: string;
  readonly at: number;
}

/** What a history knows of one task. What happened before the history's oldest record is missing. */
export interface TaskRecord {
  readonly id: string;
  readonly name?: string;
  readonly queue: string;
  readonly state: TaskState;
  readonly addedAt?: number;
  /** When a delayed or a failed task is due. */
  readonly dueAt?: number;
  /** When something was heard of it last. */
  readonly updatedAt: number;
  /** The attempt in progress, or the last one; 0 before the first. */
  readonly attempt: number;
  /** Its runs, oldest first; of very many only the last. */
  readonly attempts: readonly AttemptRecord[];
  readonly progress?: ProgressRecord;
  /** What its handler returned, as JSON; `undefined` when that was nothing, or too large to keep. */
  readonly result?: unknown;
  /** The handler returned something, and it was too large to keep, or JSON cannot say it. */
  readonly isResultTooLarge?: boolean;
  /** Why it was dead-lettered, in the words of the dead-letter queue. */
  readonly reason?: string;
  /** The last failure: `Name: message`. */
  readonly error?: string;
  /** Who runs it, or ran it last. */
  readonly worker?: string;
  /**
   * It is said to run, and its worker is silent or has stopped: the broker hands it out again, or it had ended and that was not told any
   * more (a worker that is killed takes with it what it has not sent yet).
   */
  readonly isWorkerLost?: boolean;
  readonly traceId?: string;
  /** Who cancelled, redrove or purged it. */
  readonly by?: string;
  /** When it was redriven last. */
  readonly redrivenAt?: number;
  /**
   * Who has ordered that it be cancelled, while it has not ended: it will not be run when its turn comes; one that runs may still complete.
   */
  readonly cancelRequestedBy?: string;
}

/** Whether no run of it will begin any more, and none goes on: it is cancelled, and its time, at which that is carried out, is still to come. */
export function isSureToBeCancelled({ state, dueAt = 0, cancelRequestedBy }: TaskRecord, now: number): boolean {
  return cancelRequestedBy !== undefined && (state === 'delayed' || state === 'retrying') && dueAt > now;
}

/** Whether nothing more is to come of a task, unless it is redriven. */
export function isEnd(state: TaskState): boolean {
  return state === 'completed' || state === 'dead-lettered' || state === 'cancelled';
}
