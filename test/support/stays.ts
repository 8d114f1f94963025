import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Proves that something does not happen, which only time can: looks again and again for so many milliseconds whether
 * the condition still holds. Choose a multiple of what the opposite takes when it happens.
 */
export async function stays(
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 500,
): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (!(await condition())) throw new Error(`It did not stay so: ${what}.`);
    await delay(POLL_MS);
  }
}
