import { remembering } from '../measurements/remembering.mjs';
import { starting } from '../measurements/starting.mjs';
import { everyone, only, WITH_HTTP } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case */

/** A worker as `apps/worker` is one: it listens, and has health checks. @type {import('../cases.mjs').Participant} */
const listening = { contestant: 'warren', label: WITH_HTTP, trial: { http: true } };

/** @param {boolean} isQuick @returns {Case[]} */
export function processCases(isQuick) {
  const trial = { queueType: /** @type {const} */ ('quorum'), size: 200 };
  const draining = (/** @type {number} */ count) => ({
    kinds: /** @type {const} */ (['handle']),
    trial: { ...trial, kind: /** @type {const} */ ('handle'), concurrency: 100, count },
    figure: 'highest',
    isMoreBetter: false,
    hasWarmUpRound: false,
    measure: remembering,
  });
  return [
    {
      name: 'start',
      title: 'cold start to the first task handled',
      participants: [...everyone(), listening],
      kinds: ['start'],
      trial: { ...trial, kind: 'start', concurrency: 1, count: 1 },
      figure: 'milliseconds',
      isMoreBetter: false,
      quick: ['warren', 'nest'],
      measure: starting,
    },
    {
      ...draining(isQuick ? 20_000 : 200_000),
      name: 'memory',
      title: `a worker's memory, idle and while it drains ${isQuick ? '20,000' : '200,000'} tasks`,
      participants: [...only('amqplib', 'warren', 'nest'), listening],
      quick: ['warren', 'nest'],
    },
    {
      ...draining(1_000_000),
      name: 'backlog',
      title: "a worker's memory, idle and while it drains 1,000,000 tasks",
      participants: only('warren'),
    },
  ];
}
