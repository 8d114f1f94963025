import { QueueError } from './queue-error';
import type { TaskRecord, TaskState } from './history/task-record';

/**
 * What happened to tasks cannot be read now: there is no stream, no connection, or it takes too long. Nothing follows from it for a
 * task: it runs, or has run, all the same.
 */
export class HistoryUnavailableError extends QueueError {
  constructor(readonly why: string) {
    super(`What happened to tasks cannot be read (${why}). The tasks themselves go on.`);
  }
}

/** The task is in its dead-letter queue, and `task` says why. It can be redriven from there. */
export class TaskFailedError extends QueueError {
  constructor(readonly task: TaskRecord) {
    const { id, reason = 'failed', error = 'no error is known' } = task;
    super(`Task ${id} was dead-lettered (${reason}: ${error}). It can be redriven from there.`);
  }
}

/** The task has not ended in the time its result was waited for. It goes on; ask again by its id. */
export class ResultTimeoutError extends QueueError {
  constructor(
    readonly id: string,
    readonly timeout: number,
    /** `undefined`: nothing was heard of it. */
    readonly state: TaskState | undefined,
  ) {
    super(
      `Task ${id} has not ended within ${timeout} ms (${state ?? 'nothing was heard of it'}). It goes on; ask again by its id.`,
    );
  }
}

/**
 * The task has completed, and what its handler returned could not be kept: it is too large (store it elsewhere and return where it is), or
 * has something in it that JSON cannot say (a BigInt, a circle).
 */
export class ResultTooLargeError extends QueueError {
  constructor(readonly id: string) {
    super(
      `Task ${id} has completed, and its result is not kept: it is larger than 1 KB of JSON, or cannot be written as JSON.`,
    );
  }
}
