import type { AddedTask } from '@app/queue';
import type { HttpProblem } from '../problems/http-problem';

/** What became of one task of a batch: what a request with this task alone would have been answered. */
export type BatchResult = { readonly index: number } & (
  ({ readonly status: 202 } & AddedTask) | { readonly status: number; readonly error: HttpProblem }
);

/**
 * The status of a whole batch. 202: every task was added. 503: none was, and each may be if it is sent again later.
 * 207 is everything between; each result says what happened to its task.
 */
export function batchStatusOf(results: readonly BatchResult[]): 202 | 207 | 503 {
  const errors = errorsOf(results);
  if (errors.length === 0) return 202;
  return errors.length === results.length && errors.every((error) => error.status === 503) ? 503 : 207;
}

/** Seconds until every failed task of a batch may work: the longest wait any of them asks for. */
export function retryAfterOf(results: readonly BatchResult[]): number {
  return Math.max(0, ...errorsOf(results).map((error) => error.retryAfter ?? 0));
}

/** What went wrong that was not the client's doing, in a few words; empty when nothing did. */
export function troublesOf(results: readonly BatchResult[]): string {
  const titles = errorsOf(results).flatMap((error) => (error.status >= 500 ? [error.title] : []));
  return [...new Set(titles)].join(', ');
}

function errorsOf(results: readonly BatchResult[]): HttpProblem[] {
  return results.flatMap((result) => ('error' in result ? [result.error] : []));
}
