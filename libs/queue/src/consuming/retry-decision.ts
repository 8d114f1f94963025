import { RetryLater, TaskTimeoutError, UnrecoverableError } from '../errors';
import type { RunPolicy } from '../run-policy';
import { DELAY_TICK_MS, MAX_DELAY_MS } from '../topology/delay-levels';
import { recordError } from './outcome';
import type { Outcome } from './outcome';

/** Milliseconds. A backoff that throws shall not make a task run again at once and for ever. */
const DELAY_WITHOUT_ANSWER = 60_000;

/** What is known of the run that failed. Times in milliseconds since 1970. */
export interface FailedRun {
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds waited before it; `undefined` for the first attempt. */
  readonly waited: number | undefined;
  /** When the last moment to begin a run is; `undefined` when the message does not say it. */
  readonly expiresAt: number | undefined;
  readonly now: number;
  readonly random: () => number;
}

/** What becomes of a task whose run has failed: tried again after a delay, or put aside with the reason. Pure. */
export function outcomeOf(thrown: unknown, policy: RunPolicy, run: FailedRun): Outcome {
  const error = recordError(thrown);
  const later = thrown instanceof RetryLater ? thrown : undefined;
  if (later === undefined && !canHelp(thrown, policy)) return { kind: 'dead-lettered', reason: 'unrecoverable', error };

  const isCounted = later?.counted ?? true;
  const isLast = policy.acknowledge === 'before' || (isCounted && run.attempt >= policy.attempts);
  if (isLast) {
    const reason = thrown instanceof TaskTimeoutError ? 'timed-out' : 'attempts-exhausted';
    return { kind: 'dead-lettered', reason, error };
  }
  const delay = later === undefined ? backoffDelay(policy, run) : laterDelay(later);
  const expiresAt = run.expiresAt ?? (policy.expiresAfter === undefined ? undefined : run.now + policy.expiresAfter);
  if (expiresAt !== undefined && run.now + delay >= expiresAt) {
    return { kind: 'dead-lettered', reason: 'expired', error };
  }
  const attempt = isCounted ? run.attempt + 1 : run.attempt;
  return { kind: 'retrying', retry: { attempt, delay, error, ...(expiresAt === undefined ? {} : { expiresAt }) } };
}

function canHelp(thrown: unknown, { retryIf }: RunPolicy): boolean {
  if (thrown instanceof UnrecoverableError) return false;
  try {
    return retryIf?.(thrown) ?? true;
  } catch {
    return true; // it has not said no
  }
}

/** What does not count may repeat without end, and shall not do so without a pause. */
function laterDelay({ delay, counted }: RetryLater): number {
  return Math.max(Math.ceil(delay), counted ? 0 : DELAY_TICK_MS);
}

/** A team's own backoff may answer anything, or throw; the task is tried again all the same. */
function backoffDelay({ backoff }: RunPolicy, { attempt, waited, random }: FailedRun): number {
  try {
    const delay = Math.ceil(backoff.delay({ failed: attempt, previous: waited, random }));
    return Number.isNaN(delay) ? 0 : Math.min(Math.max(delay, 0), MAX_DELAY_MS);
  } catch {
    return DELAY_WITHOUT_ANSWER;
  }
}
