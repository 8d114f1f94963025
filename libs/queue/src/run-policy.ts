import { assertBatch } from './batch-policy';
import type { BatchPolicy } from './batch-policy';
import { exponential } from './consuming/backoff';
import type { Backoff } from './consuming/backoff';
import { isOfClass } from './error-classes';
import { DefinitionError } from './errors';
import { LONGEST_TIMER_MS } from './timers';
import { MAX_DELAY_MS } from './topology/delay-levels';

/** How a task is run and tried again; said of a queue it is the default of its tasks. */
export interface RunPolicyInput {
  /** Runs the task may have, the first included. Default: 1, it is not tried again. */
  readonly attempts?: number;
  /** How long it waits between two attempts; with one attempt a worker warns of it at its start. Default: 1 s, 2 s, 4 s ... up to a minute. */
  readonly backoff?: Backoff;
  /**
   * Whether trying again can help after this error; `false` dead-letters at once, as `unrecoverable`. See `exceptOn` and
   * `onlyOn`. One that throws has not said no. Default: every error is tried again.
   */
  readonly retryIf?: (error: unknown) => boolean;
  /** Milliseconds from the adding in which it may begin a run. Then it is dead-lettered, as `expired`. Default: without end. */
  readonly expiresAfter?: number;
  /**
   * Milliseconds one run may take. Then `TaskContext.signal` fires, the run counts as failed and its slot is free, whatever
   * the handler does; a handler that does not look at the signal runs on beside the next task. Default: without end.
   */
  readonly timeout?: number;
}

/** When a task is acknowledged: `after` its run, which is at least once, or `before`, which is at most once. */
export type Acknowledge = 'after' | 'before';

/** Where a handler runs: in the worker's `process`, or in a `thread` of it. */
export type RunIn = 'process' | 'thread';

/** The same, with every default filled in. */
export interface RunPolicy extends RunPolicyInput {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly acknowledge: Acknowledge;
  readonly runIn: RunIn;
  /** Its tasks are handed to the handler together; `undefined`: one by one. */
  readonly batch?: BatchPolicy;
  /** `false`: what its handler returns is told to nobody. Missing: it is kept. */
  readonly keepResult?: boolean;
}

/** What only a task's definition says, not its queue's. */
interface TaskPolicyInput {
  readonly acknowledge?: Acknowledge;
  readonly runIn?: RunIn;
  readonly batch?: BatchPolicy;
  readonly keepResult?: boolean;
}

const defaults: RunPolicy = {
  attempts: 1,
  backoff: exponential({ initial: 1_000, max: 60_000 }),
  acknowledge: 'after',
  runIn: 'process',
};

/**
 * The policy that this input describes, on the base of the queue's.
 * @param subject names the definition in an error
 * @throws DefinitionError when a value cannot be used.
 */
export function runPolicy(
  subject: string,
  input: RunPolicyInput & TaskPolicyInput,
  base: RunPolicy = defaults,
): RunPolicy {
  const { attempts, backoff, retryIf, expiresAfter, timeout, batch } = input;
  const { acknowledge = 'after', runIn = 'process', keepResult = true } = input;
  assertWhole(subject, 'attempts', attempts, 1_000_000);
  assertBackoff(subject, backoff);
  assertWhole(subject, 'expiresAfter', expiresAfter, MAX_DELAY_MS);
  assertWhole(subject, 'timeout', timeout, LONGEST_TIMER_MS);
  if (acknowledge === 'before' && (attempts ?? 1) > 1) {
    throw new DefinitionError(`${subject}: what is acknowledged before its run has one attempt, not ${attempts}.`);
  }
  const retry = retryIf ?? base.retryIf;
  const expiry = expiresAfter ?? base.expiresAfter;
  const limit = timeout ?? base.timeout;
  if (batch !== undefined) assertBatch(subject, batch, { timeout: limit, runIn });
  return {
    attempts: acknowledge === 'before' ? 1 : (attempts ?? base.attempts),
    backoff: backoff ?? base.backoff,
    acknowledge,
    runIn,
    ...(retry === undefined ? {} : { retryIf: retry }),
    ...(expiry === undefined ? {} : { expiresAfter: expiry }),
    ...(limit === undefined ? {} : { timeout: limit }),
    ...(batch === undefined ? {} : { batch: { size: batch.size, wait: batch.wait } }),
    ...(keepResult ? {} : { keepResult }),
  };
}

/**
 * What a policy says of trying again though it has one attempt, so that nobody asks for it. What it has from its base was
 * meant for others.
 */
export function unusedRetryOptions(policy: RunPolicy, base: RunPolicy = defaults): ('backoff' | 'retryIf')[] {
  if (policy.attempts > 1) return [];
  return (['backoff', 'retryIf'] as const).filter((option) => policy[option] !== base[option]);
}

/** An error's class, as `exceptOn` and `onlyOn` take it. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** A `retryIf` that tries again after every error but these and their subclasses, also those that a thread threw. */
export function exceptOn(...classes: readonly ErrorClass[]): (error: unknown) => boolean {
  return (error) => !classes.some((known) => isOfClass(error, known));
}

/** A `retryIf` that tries again only after these errors and their subclasses. A run that timed out has a `TaskTimeoutError`. */
export function onlyOn(...classes: readonly ErrorClass[]): (error: unknown) => boolean {
  return (error) => classes.some((known) => isOfClass(error, known));
}

/** The compiler has seen to it, unless somebody wrote another library's form past it. */
function assertBackoff(subject: string, backoff: unknown): void {
  if (backoff === undefined) return;
  const delay: unknown =
    typeof backoff === 'object' && backoff !== null && 'delay' in backoff ? backoff.delay : undefined;
  if (typeof delay === 'function') return;
  throw new DefinitionError(
    `${subject}: backoff must be fixed(...), exponential(...), decorrelatedJitter(...), or an object with a delay method.`,
  );
}

function assertWhole(subject: string, field: string, value: number | undefined, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)) return;
  throw new DefinitionError(`${subject}: ${field} must be a whole number from 1 to ${max}, not ${value}.`);
}
