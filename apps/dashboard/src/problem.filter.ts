import { AccessDeniedError, ConfirmTimeoutError, NotConnectedError, QueueError, QueueReadError } from '@app/queue';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

/** Whose fault is nobody's here: the broker is away or does not answer. */
const OF_THE_BROKER = [NotConnectedError, AccessDeniedError, ConfirmTimeoutError, QueueReadError];

/** For a person who has mistyped an address. The pages themselves are served by theirs alone. */
const NO_PAGE =
  '<!doctype html><html lang="en"><title>Warren</title><p>There is no such page. <a href="/">To the queues</a></p></html>';

/** Answers every error as `{ status, detail }`, and logs those that are defects; a browser that opens an address gets a page. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Dashboard');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const status = statusOf(error);
    if (status === 404 && isOpenedByBrowser(host.switchToHttp().getRequest<Request>())) {
      response.status(404).type('html').send(NO_PAGE);
      return;
    }
    if (status === 500) this.logger.error(error instanceof Error ? (error.stack ?? error.message) : error);
    const detail = status === 500 ? 'The dashboard failed; its log says why.' : messageOf(error);
    response.status(status).type('application/problem+json').json({ status, detail });
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (isRefusedByParser(error)) return error.status;
  if (OF_THE_BROKER.some((kind) => error instanceof kind)) return 503;
  return error instanceof QueueError ? 422 : 500;
}

/** What scripts ask for they take in any form: JSON then. */
function isOpenedByBrowser(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
}

/** What reads bodies and addresses throws errors of its own, with the status they are for. */
function isRefusedByParser(error: unknown): error is Error & { status: number } {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
