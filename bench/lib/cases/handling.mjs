import { handling } from '../measurements/handling.mjs';
import { everyone, types } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case */

/** Tasks that count, and before them those that do not. */
const COUNTS = {
  quick: { 1: [1_500, 1_000], 4: [3_000, 1_000], 16: [6_000, 3_000], 64: [10_000, 5_000], 100: [10_000, 5_000] },
  full: { 1: [6_000, 1_000], 4: [15_000, 3_000], 16: [40_000, 5_000], 64: [60_000, 5_000], 100: [80_000, 5_000] },
};

/** Who is measured in a quick run. */
const QUICK = {
  1: ['amqplib', 'warren', 'celery'],
  16: ['amqplib', 'warren'],
  64: ['amqplib', 'warren'],
  100: ['amqplib', 'warren', 'celery'],
};

/** Celery handles 2,000 tasks a second at most. */
const CELERY_SHARE = 0.15;

/** @param {boolean} isQuick @returns {Case[]} */
export function handlingCases(isQuick) {
  return /** @type {const} */ ([1, 4, 16, 64, 100]).flatMap((concurrency) =>
    types.map((queueType) => {
      const [count = 1, warmUp = 0] = COUNTS[isQuick ? 'quick' : 'full'][concurrency];
      return {
        name: `handle-${concurrency}-${queueType}`,
        title: `handle, concurrency ${concurrency}, 200 B, ${queueType}`,
        participants: everyone({
          celery: { count: Math.ceil(count * CELERY_SHARE), warmUp: Math.ceil(warmUp * CELERY_SHARE) },
        }),
        kinds: /** @type {const} */ (['handle']),
        job: { kind: /** @type {const} */ ('handle'), queueType, size: 200, concurrency, count, warmUp },
        figure: 'rate',
        isMoreBetter: true,
        ...(queueType === 'quorum' && concurrency !== 4 && { quick: QUICK[concurrency] }),
        measure: handling,
      };
    }),
  );
}
