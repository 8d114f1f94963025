import { HistoryUnavailableError } from '@app/queue';
import type { HttpProblem } from './http-problem';
import { TaskNotKnownError, TooManyFollowersError } from './request-errors';

/** The problem of a request for a task's state; `undefined` for any other error. The why of it names hosts, so it is for the log. */
export function stateProblemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof TaskNotKnownError) {
    return {
      type: 'urn:problem-type:warren:task-not-known',
      title: 'Nothing is known of this task',
      status: 404,
      detail:
        'No task with this id was heard of: it was never added, it is older than what is kept, or what happened to it was not recorded.',
      problems: [{ path: 'id', message: 'is not the id of a task that is known' }],
    };
  }
  if (error instanceof HistoryUnavailableError) {
    return {
      type: 'urn:problem-type:warren:history-unavailable',
      title: 'The states of tasks cannot be read now',
      status: 503,
      detail:
        'States are read from the stream warren.events of the broker: it cannot be reached, has no such stream, or does not let this producer read it. The tasks themselves go on.',
      problems: [],
      retryAfter: 10,
    };
  }
  if (error instanceof TooManyFollowersError) {
    return {
      type: 'urn:problem-type:warren:too-many-followers',
      title: 'Too many clients follow tasks',
      status: 503,
      detail: 'As many clients as this producer takes follow tasks already; ask for the state without following it.',
      problems: [],
      retryAfter: 10,
    };
  }
  return undefined;
}
