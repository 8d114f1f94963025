import type { Pause } from './steering/steering-state';

/** A task that holds a slot, as readiness names it. */
export interface SlotHolder {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** Milliseconds since it took the slot. */
  readonly heldFor: number;
}

/** So many holders are named one by one; a probe's answer is read by people and stays short. */
const MAX_NAMED_HOLDERS = 3;

/**
 * Every reason why an app is not ready, in the words of `/health/ready`. Each has its section in `docs/operations.md`,
 * which a test holds.
 */
export const readinessReasons = {
  starting: () => 'the worker is starting',
  stopping: () => 'the worker is stopping',
  notConsumed: (queue: string, why: string) => `queue "${queue}" is not consumed (${why})`,
  lostRuns: (queue: string, slots: number) =>
    `queue "${queue}": all ${slots} slots are held by tasks that still run though their delivery was lost`,
  overruns: (queue: string, runs: number) =>
    `queue "${queue}": ${runs} runs go on although their timeout has passed, as many as it has slots`,
  stuck: (queue: string, stuckAfter: number, holders: readonly SlotHolder[]) =>
    `queue "${queue}": all ${holders.length} slots are held by tasks that run longer than ${seconds(stuckAfter)} ` +
    `(${named(holders)})`,
  threadsLinger: (threads: number) =>
    `all ${threads} threads were ended and go on in native code: no task can begin in one`,
  threadsFail: (why: string) => `no thread has begun a task since one could not: ${why}`,
  handoversWait: (tasks: number) =>
    tasks === 1
      ? '1 task waits for the broker to take it to its next place'
      : `${tasks} tasks wait for the broker to take them to their next place`,
  notConnected: (state: string, why: string) => `tasks cannot be added: the connection is ${state} (${why})`,
  blocked: (why: string) => `tasks cannot be added: the broker is blocked (${why})`,
  ofWorker: (worker: number, reason: string) => `worker ${worker}: ${reason}`,
  waitsForFirst: () => 'waits until worker 1 has started',
  died: (why: string) => `died (${why}) and is started again`,
  silent: (forSeconds: number) => `has not reported for ${forSeconds} s`,
} as const;

/** What readiness tells though it is no reason against it: somebody has ordered it so. */
export const readinessRemarks = {
  paused: ({ queue, by, at, reason }: Pause) =>
    `queue "${queue}" is paused by ${by} since ${new Date(at).toISOString()}${reason === undefined ? '' : ` (${reason})`}`,
  quiet: (by: string) => `the worker takes nothing new: ${by} asked for it`,
  left: (why: string) => `was stopped (${why}) and is not started again`,
} as const;

/** Those that hold a slot longest first: `image.resize id-1 for 1,203 s`. */
function named(holders: readonly SlotHolder[]): string {
  const byAge = holders.toSorted((one, other) => other.heldFor - one.heldFor);
  const first = byAge
    .slice(0, MAX_NAMED_HOLDERS)
    .map(({ id, name, heldFor }) => `${name ?? 'a message'} ${id ?? 'without id'} for ${seconds(heldFor)}`);
  const others = byAge.length - first.length;
  return others === 0 ? first.join(', ') : `${first.join(', ')} and ${others} more`;
}

/** `1,203 s`; what is shorter than ten seconds with one decimal. */
function seconds(milliseconds: number): string {
  const maximumFractionDigits = milliseconds < 10_000 ? 1 : 0;
  return `${(milliseconds / 1_000).toLocaleString('en', { maximumFractionDigits })} s`;
}
