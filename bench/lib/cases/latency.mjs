import { latency, latencyAtHalf, lateness } from '../measurements/latency.mjs';
import { everyone, only, types } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case */

const RATE = 100;

/** Who adds the warm-up at the rate of the rest has it short: there is nothing to compile. */
const PYTHON = { warmUp: 100, isWarmUpPaced: true };

/** Tasks of a delay's case, each with a delay of 0.1 to 10 s. */
const DELAYED = { quick: { count: 200, rate: 200 }, full: { count: 5_000, rate: 500 } };

/** @param {boolean} isQuick @returns {Case[]} */
export function latencyCases(isQuick) {
  const kind = /** @type {const} */ ('handle-timed');
  const common = {
    kinds: /** @type {const} */ (['add-timed', 'handle-timed']),
    figure: 'p99',
    isMoreBetter: false,
    hasWarmUpRound: false,
  };
  const count = isQuick ? 200 : 2_000;
  const slow = types.map((queueType) => ({
    ...common,
    name: `latency-100-${queueType}`,
    title: `latency at 100 a second, ${queueType}`,
    participants: everyone({ pika: PYTHON, celery: PYTHON }),
    trial: { kind, queueType, concurrency: 1, rate: RATE, count, warmUp: isQuick ? 2_000 : 10_000 },
    ...(queueType === 'quorum' && { quick: ['amqplib', 'warren'] }),
    measure: latency,
  }));
  const fast = types.map((queueType) => ({
    ...common,
    name: `latency-half-${queueType}`,
    title: `latency at half of amqplib's maximum, concurrency 16, ${queueType}`,
    participants: [...only('amqplib', 'amqplib-same-messages', 'warren', 'nest'), ...atTheirOwnHalf(count / 2)],
    trial: { kind, queueType, concurrency: 16, rate: RATE, count, warmUp: 10_000 },
    measure: latencyAtHalf,
  }));
  const delayed = {
    ...common,
    name: 'delay',
    title: 'lateness of tasks with delays of 0.1 to 10 s, quorum',
    participants: only('warren'),
    trial: {
      kind,
      queueType: /** @type {const} */ ('quorum'),
      concurrency: 100,
      ...DELAYED[isQuick ? 'quick' : 'full'],
      delays: { min: 100, max: 10_000, seed: '1' },
    },
    measure: lateness,
  };
  return [...slow, ...fast, delayed];
}

/**
 * Half of what amqplib can do is more than these can at all: each has a maximum of its own, and takes half of that.
 * @param {number} count @returns {import('../cases.mjs').Participant[]}
 */
function atTheirOwnHalf(count) {
  return ['pika', 'celery', 'bullmq-always', 'bullmq-everysec'].map((contestant) => ({
    contestant,
    label: `${contestant} at half of its own`,
    trial: { count, isOwnMaximum: true, ...(contestant.startsWith('bullmq') ? {} : PYTHON) },
  }));
}
