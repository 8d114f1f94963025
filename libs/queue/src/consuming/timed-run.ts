import { TaskTimeoutError } from '../errors';

/** What is told of a run that takes too long. */
export interface TimedRunWatch {
  /** Its time is over: the run counts as failed with this error from now on. */
  timedOut(error: TaskTimeoutError): void;
  /** It has ended after all, so many milliseconds after it began, and nobody waits for it any more. */
  overran(milliseconds: number): void;
}

/**
 * Waits for a run, so many milliseconds at most. A promise cannot be ended from outside: a run that does not look at its
 * signal goes on, and is told of when it ends. Rejects with a TaskTimeoutError when its time is over.
 */
export function timedRun(begin: () => Promise<unknown>, timeout: number, watch: TimedRunWatch): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const since = performance.now();
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      const error = new TaskTimeoutError(timeout);
      reject(error);
      watch.timedOut(error);
    }, timeout);
    const ended = (): void => {
      clearTimeout(timer);
      if (isOver) watch.overran(Math.round(performance.now() - since));
    };
    begin().then(
      (value) => {
        ended();
        resolve(value);
      },
      (error: unknown) => {
        ended();
        reject(error);
      },
    );
  });
}
