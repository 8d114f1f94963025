import { DefinitionError } from '../errors';
import { MAX_DELAY_MS } from '../topology/delay-levels';

/** What is known when the wait before the next attempt is chosen. */
export interface BackoffContext {
  /** Failed attempts so far, from 1. */
  readonly failed: number;
  /** Milliseconds waited before the attempt that has just failed; `undefined` after the first one. */
  readonly previous: number | undefined;
  /** A number from 0 up to 1, as `Math.random()` gives it. */
  readonly random: () => number;
}

/** How long a failed task waits before its next attempt. One of one's own is an object with this method. */
export interface Backoff {
  /** Milliseconds; rounded up to 100. What is no number counts as 0, and what is too long as the longest delay, 310 days. */
  delay(context: BackoffContext): number;
}

/** What {@link exponential} takes. Milliseconds. */
export interface ExponentialOptions {
  /** The wait after the first failure. */
  readonly initial: number;
  /** No wait is longer. */
  readonly max: number;
  /** Each wait is so many times the one before. Default: 2. */
  readonly factor?: number;
}

/** What {@link decorrelatedJitter} takes. Milliseconds. */
export interface JitterOptions {
  /** No wait is shorter. */
  readonly initial: number;
  /** No wait is longer. */
  readonly max: number;
}

/**
 * The same wait after each failure.
 * @throws DefinitionError when the milliseconds are not between 0 and 310 days.
 */
export function fixed(milliseconds: number): Backoff {
  assertDelay('fixed', 'milliseconds', milliseconds);
  return { delay: () => milliseconds };
}

/**
 * Waits that grow: `initial`, `initial * factor`, `initial * factor²` ..., up to `max`. Tasks that failed together come
 * back together; when what they call has broken down, {@link decorrelatedJitter} is kinder to it.
 * @throws DefinitionError when an option cannot be used.
 */
export function exponential({ initial, max, factor = 2 }: ExponentialOptions): Backoff {
  assertRange('exponential', initial, max);
  if (!(Number.isFinite(factor) && factor >= 1)) {
    throw new DefinitionError(`exponential: factor must be a number from 1, not ${factor}.`);
  }
  return { delay: ({ failed }) => Math.min(max, initial * factor ** (failed - 1)) };
}

/**
 * Random waits that grow and spread: between `initial` and three times the wait before, up to `max`
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Tasks that failed together come back apart.
 * @throws DefinitionError when an option cannot be used.
 */
export function decorrelatedJitter({ initial, max }: JitterOptions): Backoff {
  assertRange('decorrelatedJitter', initial, max);
  return {
    delay: ({ previous = initial, random }) => {
      const highest = Math.max(initial, previous * 3);
      return Math.min(max, initial + random() * (highest - initial));
    },
  };
}

function assertRange(backoff: string, initial: number, max: number): void {
  assertDelay(backoff, 'initial', initial);
  assertDelay(backoff, 'max', max);
  if (max < initial) throw new DefinitionError(`${backoff}: max (${max}) must not be less than initial (${initial}).`);
}

function assertDelay(backoff: string, option: string, milliseconds: number): void {
  if (Number.isFinite(milliseconds) && milliseconds >= 0 && milliseconds <= MAX_DELAY_MS) return;
  throw new DefinitionError(
    `${backoff}: ${option} must be a number of milliseconds from 0 to ${MAX_DELAY_MS} (310 days), not ${milliseconds}.`,
  );
}
