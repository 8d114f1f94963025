/** Milliseconds, the longest that a timer takes: 24.8 days. A longer one, `Infinity` too, would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long a timer shall run that is to wait so many milliseconds, as long as a timer can. */
export function timerOf(milliseconds: number): number {
  return Math.min(Math.max(0, milliseconds), LONGEST_TIMER_MS);
}
