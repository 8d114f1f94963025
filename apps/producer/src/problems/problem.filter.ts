import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { httpProblemOf } from './http-problem';
import type { HttpProblem } from './http-problem';
import { TaskNotAddedError } from './request-errors';

/** Answers every error as `application/problem+json`, and logs those that the client is not to blame for. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Producer');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const answer = finishedAnswerOf(error);
    if (answer !== undefined) {
      response.status(answer.status).json(answer.body);
      return;
    }
    const problem = httpProblemOf(error);
    this.log(problem, error);
    if (problem.retryAfter !== undefined) response.setHeader('Retry-After', problem.retryAfter);
    response.status(problem.status).type('application/problem+json').json(problem);
  }

  /** Messages of errors only: a payload is in none of them. */
  private log(problem: HttpProblem, error: unknown): void {
    const cause = error instanceof TaskNotAddedError ? error.cause : error;
    if (problem.status === 503) this.logger.warn(cause instanceof Error ? cause.message : problem.detail);
    else if (problem.status >= 500) this.logger.error(cause instanceof Error ? (cause.stack ?? cause.message) : cause);
  }
}

/** An answer that a controller has formed itself, as the health checks do: it is sent as it is. */
function finishedAnswerOf(error: unknown): { status: number; body: object } | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const body = error.getResponse();
  if (typeof body !== 'object' || 'statusCode' in body) return undefined;
  return { status: error.getStatus(), body };
}
