import { timerOf } from './timers';

/**
 * Waits until a promise has ended, resolved or rejected, for so many milliseconds at most, which may be `Infinity`. Never rejects.
 * @param sooner ends the waiting when it fires
 */
export function endedWithin(work: Promise<unknown>, milliseconds: number, sooner?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      sooner?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, timerOf(milliseconds));
    sooner?.addEventListener('abort', end);
    if (sooner?.aborted === true) end();
    work.then(end, end);
  });
}
