import { sharing } from '../measurements/working.mjs';
import { only } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case @typedef {import('../../src/trial.js').Work} Work */

/** Tasks that a worker has in hand. */
const PREFETCHES = [1, 10];

/** Milliseconds. */
const HEAVY = 1_000;
const LIGHT = 10;
const SHORT = 2;

/** Pairs of a heavy and a light task: no more than the larger prefetch, so that all heavy ones fit into one hand. */
const PAIRS = { quick: 3, full: 10 };
const SHORT_ONES = { quick: 100, full: 500 };

/**
 * What it brings to have more in hand than is worked on. The handlers block their event loop, as one that computes does, so that a worker works on one
 * task, however many it has; the processor, which the broker needs, is left alone.
 * @param {boolean} isQuick @returns {Case[]}
 */
export function prefetchCases(isQuick) {
  const scale = isQuick ? 'quick' : 'full';
  // The RabbitMQ tutorial's example for fair dispatch: dealt out in turn to two workers, one of them gets every heavy task.
  const slow = Array.from({ length: PAIRS[scale] }, () => [HEAVY, LIGHT].map(blocking)).flat();
  const short = Array.from({ length: SHORT_ONES[scale] }, () => blocking(SHORT));
  return [
    ...PREFETCHES.map((prefetch) => ({
      ...common(prefetch, slow),
      name: `prefetch-${prefetch}-slow`,
      title: `two workers with ${prefetch} in hand, which block: every second task takes 1,000 ms, the others 10`,
      measure: sharing({ workers: 2, tasks: slow, atOnce: 1 }),
    })),
    ...PREFETCHES.map((prefetch) => ({
      ...common(prefetch, short),
      name: `prefetch-${prefetch}-short`,
      title: `one worker with ${prefetch} in hand, which blocks: tasks of 2 ms`,
      measure: sharing({ workers: 1, tasks: short, atOnce: 1, isFilledFirst: true }),
    })),
  ];
}

/** @param {number} prefetch @param {readonly Work[]} tasks */
function common(prefetch, tasks) {
  const trial = { kind: /** @type {const} */ ('work'), queueType: /** @type {const} */ ('quorum') };
  return {
    kinds: /** @type {const} */ (['work']),
    participants: only('amqplib', 'warren'),
    trial: { ...trial, concurrency: prefetch, count: tasks.length },
    figure: 'overIdeal',
    isMoreBetter: false,
    hasWarmUpRound: false,
  };
}

/** @param {number} milliseconds @returns {Work} */
function blocking(milliseconds) {
  return { milliseconds, how: 'block' };
}
