/** Milliseconds before a worker is started again: doubled from the first to the longest by each death at once. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** A worker that has lived so long in milliseconds, and has consumed, did not die at once. */
export const LIVED_LONG_MS = 10_000;

/** So many deaths in a row before the worker has consumed: it will not start by trying again. */
const MOST_BEFORE_START = 5;

/** How one process of a worker ended. */
export interface Death {
  /** Whether it had begun to consume, and its start had not failed. */
  readonly hasConsumed: boolean;
  /** Milliseconds from its start to its end. */
  readonly livedFor: number;
}

/** Deaths of one worker in a row: each at once, and of these the last ones before it had begun to consume. */
export interface DeathsInARow {
  readonly atOnce: number;
  readonly beforeStart: number;
}

/** None yet. */
export const noDeaths: DeathsInARow = { atOnce: 0, beforeStart: 0 };

/** What follows from a death: another start after `restartIn` milliseconds, or none ever, and why. */
export type AfterDeath = { readonly deaths: DeathsInARow } & (
  { readonly restartIn: number } | { readonly giveUp: string }
);

/**
 * Decides whether a worker that has died is started again. A task can end the worker that runs it `crashLimit` times before it is put
 * aside: what dies soon after it has begun to consume is given up only after twice as many deaths, so that no single task ends a
 * whole group of workers.
 */
export function afterDeath(before: DeathsInARow, { hasConsumed, livedFor }: Death, crashLimit: number): AfterDeath {
  const isAtOnce = !hasConsumed || livedFor < LIVED_LONG_MS;
  const deaths = {
    atOnce: isAtOnce ? before.atOnce + 1 : 0,
    beforeStart: hasConsumed ? 0 : before.beforeStart + 1,
  };
  if (deaths.beforeStart >= MOST_BEFORE_START) {
    return { deaths, giveUp: `died ${deaths.beforeStart} times in a row before it consumed` };
  }
  if (deaths.atOnce >= Math.max(MOST_BEFORE_START, 2 * crashLimit)) {
    return { deaths, giveUp: `died ${deaths.atOnce} times in a row within ${LIVED_LONG_MS} ms of its start` };
  }
  return { deaths, restartIn: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, deaths.atOnce - 1)) };
}
