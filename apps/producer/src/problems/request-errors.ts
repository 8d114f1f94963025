import type { Problem } from '@app/queue';
import { troublesOf } from '../tasks/batch-result';
import type { BatchResult } from '../tasks/batch-result';

/** The request's body is not what the API takes. Nothing was sent to the broker. */
export class InvalidRequestError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super('The request is not valid.');
  }
}

/** A task could not be added; `cause` says why. Its id is kept so that the answer can name it. */
export class TaskNotAddedError extends Error {
  constructor(
    readonly id: string,
    override readonly cause: unknown,
  ) {
    super(`Task ${id} was not added.`);
  }
}

/** Not one task of a batch was added, and each of them may be if it is sent again later. */
export class BatchNotAddedError extends Error {
  constructor(readonly results: readonly BatchResult[]) {
    super(`None of the ${results.length} tasks of a batch was added: ${troublesOf(results)}.`);
  }
}

/** Nothing was recorded of a task with this id. */
export class TaskNotKnownError extends Error {
  constructor(readonly id: string) {
    super(`Nothing is known of a task ${id}.`);
  }
}

/** As many clients as this process takes follow tasks already. */
export class TooManyFollowersError extends Error {
  constructor() {
    super('As many clients as this producer takes follow tasks already.');
  }
}
