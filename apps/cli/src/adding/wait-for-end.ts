import { isEnd, isSureToBeCancelled, timerOf } from '@app/queue/operating';
import type { TaskHistory, TaskRecord } from '@app/queue/operating';
import { durationText } from '../terminal/table';

/** When nobody waits any longer. */
export interface Patience {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** The part of a history that is needed. */
export interface ToldTasks extends Pick<TaskHistory, 'problem'> {
  readonly view: Pick<TaskHistory['view'], 'get'>;
  watch(id: string, listener: () => void): () => void;
}

/** How often it looks whether what happens is still told, and whether a cancel has been told of for long. */
const LOOK_MS = 500;

/** So long nobody need be told that nothing is told: a connection that drops is mostly back by then. */
const UNTOLD_MS = 5_000;

/** So soon a run is told of that had begun before the task was cancelled; what still waits then is begun by nobody. */
const BEGUN_MS = 3_000;

/**
 * Waits until a task has ended, as the history tells it, or is sure to be cancelled: that is carried out when its turn comes, which may be
 * never while every worker is down.
 * @param told is told of each change on the way
 * @returns the task; or why it was not waited for any longer: the beginning of a sentence
 */
export function waitForEnd(
  history: ToldTasks,
  id: string,
  told: (task: TaskRecord) => void,
  { timeout, signal }: Patience,
): Promise<TaskRecord | string> {
  return new Promise((resolve) => {
    const finish = (end: TaskRecord | string): void => {
      clearTimeout(timer);
      clearInterval(looking);
      stopWatching();
      signal.removeEventListener('abort', interrupted);
      resolve(end);
    };
    const interrupted = (): void => finish('Not waited for any longer');
    const look = (): void => {
      const task = history.view.get(id);
      if (task === undefined) return;
      told(task);
      if (isEnd(task.state)) finish(task);
      else lookWhetherCancelled();
    };
    let cancelledAt = Infinity;
    const lookWhetherCancelled = (): void => {
      const task = history.view.get(id);
      if (task?.cancelRequestedBy === undefined || task.state === 'running') {
        cancelledAt = Infinity;
        return;
      }
      cancelledAt = Math.min(cancelledAt, performance.now());
      const isSure = isSureToBeCancelled(task, Date.now()) || performance.now() - cancelledAt >= BEGUN_MS;
      if (isSure) finish(task);
    };
    let toldAt = performance.now();
    const lookWhetherTold = (): void => {
      const { problem } = history;
      if (problem === undefined) toldAt = performance.now();
      else if (performance.now() - toldAt >= UNTOLD_MS) finish(`What becomes of it is not known any more (${problem})`);
    };
    const timer = setTimeout(() => finish(`It has not ended within ${durationText(timeout)}`), timerOf(timeout));
    const looking = setInterval(() => {
      lookWhetherTold();
      lookWhetherCancelled();
    }, LOOK_MS);
    const stopWatching = history.watch(id, look);
    signal.addEventListener('abort', interrupted);
    if (signal.aborted) return interrupted();
    look();
  });
}
