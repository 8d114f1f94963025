import {
  InvalidAddOptionsError,
  InvalidOrderError,
  InvalidPayloadError,
  MessageTooLargeError,
  MAX_PROBLEMS,
  problemsWithin,
  QueueError,
  UnknownTaskError,
} from '@app/queue';
import type { Problem } from '@app/queue';
import { HttpException } from '@nestjs/common';
import { retryAfterOf } from '../tasks/batch-result';
import type { BatchResult } from '../tasks/batch-result';
import { brokerProblemOf } from './broker-problem';
import { internalProblem, protocolProblemOf } from './protocol-problem';
import { BatchNotAddedError, InvalidRequestError, TaskNotAddedError } from './request-errors';
import { stateProblemOf } from './state-problem';

/** The body of an answer that is not a success: RFC 9457, `application/problem+json`. */
export interface HttpProblem {
  /** `urn:problem-type:warren:...`, or `about:blank` where the status says all there is to say (RFC 9457, section 4.2.1). */
  readonly type: string;
  /** The kind of problem; the same for every problem of one type. */
  readonly title: string;
  readonly status: number;
  /** What happened this time, and what was stored. Never a stack, never a payload, never the broker's address. */
  readonly detail: string;
  /** Each wrong field with its dotted path; empty when no field is at fault. */
  readonly problems: readonly Problem[];
  /** Seconds until it may work; with status 503, and then also the `Retry-After` header. */
  readonly retryAfter?: number;
  /** The id of the task that was not added; with status 503. Send it again as `options.id`. */
  readonly id?: string;
  /** What became of each task of a batch of which none was added. */
  readonly results?: readonly BatchResult[];
}

/**
 * What an error means to the client: the one place where an error gets its status. Nothing was stored, whatever the
 * problem is, except after a {@link ConfirmTimeoutError}, where nobody knows.
 */
export function httpProblemOf(error: unknown): HttpProblem {
  if (error instanceof TaskNotAddedError) return withId(httpProblemOf(error.cause), error.id);
  if (error instanceof BatchNotAddedError) return batchProblemOf(error);
  if (error instanceof InvalidRequestError) return invalidTask(error.problems);
  if (error instanceof InvalidPayloadError) return invalidTask(problemsWithin('payload', error.problems));
  if (error instanceof InvalidAddOptionsError) return invalidTask(problemsWithin('options', error.problems));
  if (error instanceof InvalidOrderError) return invalidTask(error.problems);
  if (error instanceof UnknownTaskError) return unknownTask(error);
  if (error instanceof MessageTooLargeError) return tooLarge(error);
  const ofState = stateProblemOf(error);
  if (ofState !== undefined) return ofState;
  if (error instanceof QueueError) return brokerProblemOf(error) ?? internalProblem;
  if (error instanceof HttpException) return protocolProblemOf(error);
  return internalProblem;
}

function invalidTask(problems: readonly Problem[]): HttpProblem {
  const listed = problems.slice(0, MAX_PROBLEMS);
  return {
    type: 'urn:problem-type:warren:invalid-task',
    title: 'The request is not valid',
    status: 400,
    detail: `${countOf(listed)}. Nothing was stored.`,
    problems: listed,
  };
}

function countOf(problems: readonly Problem[]): string {
  if (problems.length === 1) return 'One field is wrong';
  if (problems.length === MAX_PROBLEMS) return `${MAX_PROBLEMS} wrong fields are listed, and there may be more`;
  return `${problems.length} fields are wrong`;
}

function unknownTask(error: UnknownTaskError): HttpProblem {
  return {
    type: 'urn:problem-type:warren:unknown-task',
    title: 'No task has this name',
    status: 404,
    detail: `${error.message} Nothing was stored.`,
    problems: [{ path: 'name', message: 'is not the name of a task' }],
  };
}

function tooLarge(error: MessageTooLargeError): HttpProblem {
  const message = `makes a message of ${error.bytes} bytes and the limit is ${error.limit}`;
  return {
    type: 'urn:problem-type:warren:task-too-large',
    title: 'The task is too large',
    status: 413,
    detail: `The payload ${message}. Nothing was stored; put large data into a store and pass a reference.`,
    problems: [{ path: 'payload', message }],
  };
}

function batchProblemOf(error: BatchNotAddedError): HttpProblem {
  return {
    type: 'urn:problem-type:warren:batch-not-added',
    title: 'No task of the batch was added',
    status: 503,
    detail: `None of the ${error.results.length} tasks was confirmed; each result says what happened to its task and which id to send it again with.`,
    problems: [],
    retryAfter: retryAfterOf(error.results),
    results: error.results,
  };
}

/** Only who can send the task again has a use for its id. */
function withId(problem: HttpProblem, id: string): HttpProblem {
  return problem.status === 503 ? { ...problem, id } : problem;
}
