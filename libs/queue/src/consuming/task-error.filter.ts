import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * Hands the error of a task on as it was thrown. Nest's own last filter replaces it by "Internal server error", and
 * then the dead-letter queue could not say what happened. Filters of a team's own come before it, as ever; a filter
 * that returns a value has handled the error, and the task counts as completed.
 */
@Catch()
export class TaskErrorFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
