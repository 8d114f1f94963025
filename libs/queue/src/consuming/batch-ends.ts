import { UnrecoverableError } from '../errors';
import type { BatchContext } from './batch-context';

/**
 * The end of each task of a batch, as its handler tells it when Nest's interceptors have seen the answer; empty when it tells
 * nothing, and then all are done. Any other answer may hide the failures of some of them, and nobody knows of which.
 * @throws UnrecoverableError for such an answer: another run would repeat the work and answer the same.
 */
export function endsOf(answer: unknown, context: BatchContext): readonly PromiseSettledResult<unknown>[] {
  if (answer === undefined) return [];
  const { tasks, name, queue } = context;
  if (Array.isArray(answer) && answer.length === tasks.length && answer.every(isEnd)) return answer;
  throw new UnrecoverableError(
    `The handler of a batch of ${tasks.length} tasks ("${name}" in queue "${queue}") answered with ${shapeOf(answer)}: ` +
      'it must return nothing, when all are done, or what Promise.allSettled gives, one entry a task, in their order. ' +
      'If an interceptor changed what it returned, that one must let the answer pass where the context is a BatchContext.',
  );
}

function isEnd(entry: unknown): entry is PromiseSettledResult<unknown> {
  if (typeof entry !== 'object' || entry === null || !('status' in entry)) return false;
  return entry.status === 'fulfilled' || entry.status === 'rejected';
}

/** What it is, without what it says: the error is written down and read by others. */
function shapeOf(answer: unknown): string {
  if (Array.isArray(answer)) return `a list of ${answer.length} entries, ${answer.filter(isEnd).length} of them ends`;
  if (answer === null) return 'null';
  if (typeof answer !== 'object') return `a ${typeof answer}`;
  const keys = Object.keys(answer);
  return keys.length === 0 ? 'an object' : `an object with ${keys.slice(0, 5).join(', ')}`;
}
