import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Polls a condition until it holds, and returns what it gave.
 * @param what names the condition in the error when the deadline passes; a function is asked then.
 * @param timeout milliseconds; long, because it is no bound on speed: on a machine whose processors others use a test takes several times as long
 */
export async function waitFor<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  timeout = 60_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value as Exclude<T, false | null | undefined>;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeout} ms for ${typeof what === 'string' ? what : what()}.`);
    }
    await delay(POLL_MS);
  }
}
