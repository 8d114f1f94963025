import { TaskCancelledError } from '../run-errors';
import { HistoryUnavailableError, ResultTimeoutError, ResultTooLargeError, TaskFailedError } from '../result-errors';
import type { TaskHistory } from './task-history';
import type { TaskRecord } from './task-record';
import { isEnd, isSureToBeCancelled } from './task-record';

/**
 * Waits until a task has ended, so many milliseconds at most; resolves with what its handler returned.
 * @param life what is known of the id from before that (`TaskHappened`) was another task
 * @throws TaskFailedError, TaskCancelledError, ResultTooLargeError, ResultTimeoutError, HistoryUnavailableError.
 */
export async function resultOf(history: TaskHistory, id: string, timeout: number, life = 0): Promise<unknown> {
  const deadline = performance.now() + timeout;
  await history.upToDate(timeout);
  const holds = (known: TaskRecord): boolean =>
    history.view.lifeOf(id) >= life && (isEnd(known.state) || isSureToBeCancelled(known, Date.now()));
  const task = await history.taskWhen(id, holds, deadline - performance.now());
  if (task === undefined) {
    if (history.problem !== undefined) throw new HistoryUnavailableError(history.problem);
    const { state, cancelRequestedBy } = (history.view.lifeOf(id) >= life ? history.view.get(id) : undefined) ?? {};
    if (cancelRequestedBy !== undefined && state !== 'running') throw new TaskCancelledError(cancelRequestedBy);
    throw new ResultTimeoutError(id, timeout, state);
  }
  if (task.state === 'dead-lettered') throw new TaskFailedError(task);
  if (task.cancelRequestedBy !== undefined) throw new TaskCancelledError(task.cancelRequestedBy);
  if (task.state === 'cancelled') throw new TaskCancelledError(task.by ?? 'somebody');
  if (task.isResultTooLarge === true) throw new ResultTooLargeError(id);
  return task.result;
}
