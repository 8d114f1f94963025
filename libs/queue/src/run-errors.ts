import { QueueError } from './queue-error';
import { MAX_DELAY_MS } from './topology/delay-levels';

/** Thrown by a handler: trying again cannot help. The task is dead-lettered at once, as `unrecoverable`; nothing is lost. */
export class UnrecoverableError extends QueueError {}

/** What {@link RetryLater} takes besides its delay. */
export interface RetryLaterOptions extends ErrorOptions {
  /** What is written down as the error. */
  readonly message?: string;
  /** `false`: this run does not count as an attempt, so that it may be repeated without end (or until `expiresAfter`), with a pause of 100 ms at least. Default: `true`. */
  readonly counted?: boolean;
}

/**
 * Thrown by a handler: run me again after so long, instead of what the backoff says. Counted, it needs an attempt left,
 * and a task without `attempts` has only one.
 * @throws RangeError when the delay is not a number of milliseconds from 0 to 310 days.
 */
export class RetryLater extends QueueError {
  readonly counted: boolean;

  constructor(
    /** Milliseconds. */
    readonly delay: number,
    { counted = true, message = `To be run again in ${delay} ms.`, ...options }: RetryLaterOptions = {},
  ) {
    super(message, options);
    this.counted = counted;
    if (!(delay >= 0 && delay <= MAX_DELAY_MS)) {
      throw new RangeError(`RetryLater: the delay must be from 0 to ${MAX_DELAY_MS} milliseconds, not ${delay}.`);
    }
  }
}

/** The reason with which `TaskContext.signal` fires when a run has taken its definition's `timeout`, and the run's failure. */
export class TaskTimeoutError extends QueueError {
  constructor(
    readonly timeout: number,
    consequence = 'Its slot is free, whatever the handler still does.',
  ) {
    super(`The run took longer than its timeout of ${timeout} ms. ${consequence}`);
  }
}

/**
 * The thread of a run failed before its handler had ended: out of memory, `process.exit`, an error that nobody caught, a
 * program that cannot be loaded. The run has failed with it; the worker and its other tasks go on.
 */
export class ThreadFailedError extends QueueError {
  constructor(cause: unknown) {
    super(`The run's thread failed before its handler had ended (${String(cause)}). The worker goes on.`, { cause });
  }
}

/** The reason with which `TaskContext.signal` fires: the worker stops, and the task goes back to its queue. */
export class WorkerStoppedError extends QueueError {
  constructor() {
    super('The worker stops and its deadline has passed. The task goes back to its queue.');
  }
}

/**
 * The reason with which `TaskContext.signal` fires when somebody has cancelled the task. A handler that fails from then on has not
 * failed: the task is acknowledged as cancelled and not tried again. One that completes all the same has completed.
 */
export class TaskCancelledError extends QueueError {
  constructor(
    /** Who has cancelled it, in the words of whoever asked. */
    readonly by: string,
  ) {
    super(`The task was cancelled by ${by}. It is not tried again.`);
  }
}
