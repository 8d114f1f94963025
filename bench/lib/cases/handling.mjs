import { handling } from '../measurements/handling.mjs';
import { everyone, shareOf, types, WITH_JSON_LOGS } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case */

/** Tasks that count, and before them those that do not: at one at a time it takes some thousand of them until V8 has compiled all of a client. */
const COUNTS = {
  quick: { 1: [1_000, 3_000], 4: [3_000, 1_000], 16: [6_000, 3_000], 64: [10_000, 5_000], 100: [10_000, 5_000] },
  full: { 1: [8_000, 8_000], 4: [15_000, 10_000], 16: [40_000, 15_000], 64: [60_000, 15_000], 100: [80_000, 15_000] },
};

/** Who is measured in a quick run. */
const QUICK = {
  1: ['amqplib', 'warren', 'celery'],
  16: ['amqplib', 'warren'],
  64: ['amqplib', 'warren'],
  100: ['amqplib', 'warren', 'celery'],
};

/**
 * Of the tasks, for who handles, or adds before, a fraction of the others' 30,000 a second and more: Celery up to 6,000, BullMQ up to 20,000.
 * Few at once are about as fast with everybody: there only a run in a hurry makes a difference.
 */
const SHARES = { celery: 0.15, 'bullmq-always': 0.25, 'bullmq-everysec': 0.25 };

/** Where two lines a task make the most difference. @type {import('../cases.mjs').Participant} */
const logging = { contestant: 'warren', label: WITH_JSON_LOGS, trial: { logs: 'json' } };
const LOGGING_AT = 100;

/** Tasks at once from which on it makes one in a full run. */
const MANY = 16;

/** Celery has nothing to compile: of the tasks that do not count it gets that share as well. */
const CELERY_WARM_UP = 0.15;

/** @param {boolean} isQuick @returns {Case[]} */
export function handlingCases(isQuick) {
  return /** @type {const} */ ([1, 4, 16, 64, 100]).flatMap((concurrency) =>
    types.map((queueType) => {
      const [count = 1, warmUp = 0] = COUNTS[isQuick ? 'quick' : 'full'][concurrency];
      return {
        name: `handle-${concurrency}-${queueType}`,
        title: `handle, concurrency ${concurrency}, 200 B, ${queueType}`,
        participants: [
          ...everyone(
            isQuick || concurrency >= MANY ? sharesOf({ count, warmUp }) : { celery: { warmUp: celeryWarmUp(warmUp) } },
          ),
          ...(concurrency === LOGGING_AT ? [logging] : []),
        ],
        kinds: /** @type {const} */ (['handle']),
        trial: { kind: /** @type {const} */ ('handle'), queueType, size: 200, concurrency, count, warmUp },
        figure: 'rate',
        isMoreBetter: true,
        ...(queueType === 'quorum' && concurrency !== 4 && { quick: QUICK[concurrency] }),
        measure: handling,
      };
    }),
  );
}

/** @param {{ count: number, warmUp: number }} counts */
function sharesOf({ count, warmUp }) {
  const shares = Object.entries(SHARES).map(([name, share]) => [name, shareOf({ count }, share)]);
  const { celery, ...others } = Object.fromEntries(shares);
  return { ...others, celery: { ...celery, warmUp: celeryWarmUp(warmUp) } };
}

/** @param {number} warmUp */
function celeryWarmUp(warmUp) {
  return Math.ceil(warmUp * CELERY_WARM_UP);
}
