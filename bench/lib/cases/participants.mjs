/** @typedef {import('../cases.mjs').Participant} Participant @typedef {import('../../src/trial.js').Trial} Trial */

/** The types of queues, the default first. */
export const types = /** @type {const} */ (['quorum', 'classic']);

/** The contestants in the order of the reports. */
export const NAMES = [
  'amqplib',
  'amqplib-same-messages',
  'warren',
  'nest',
  'pika',
  'celery',
  'bullmq-always',
  'bullmq-everysec',
];

/** The line of Warren's worker when it is one as `apps/worker`: an application that listens for HTTP. */
export const WITH_HTTP = 'warren with HTTP';

/** The line of Warren's worker when it logs as in its image: JSON, from `debug` on. */
export const WITH_JSON_LOGS = 'warren with JSON logs';

/** All contestants. @param {Record<string, Partial<Trial>>} [trials] what is different for some of them @returns {Participant[]} */
export function everyone(trials = {}) {
  return NAMES.map((contestant) => ({ contestant, trial: trials[contestant] ?? {} }));
}

/** Some contestants. @param {string[]} names @returns {Participant[]} */
export function only(...names) {
  return names.map((contestant) => ({ contestant }));
}

/** What is measured of fewer tasks still is a rate and no accident. */
const LEAST = 500;

/**
 * So large a share of a case's tasks for who is slow at it, so that its rounds last no longer than the others': what is compared are rates.
 * Never fewer than 500, unless the case itself has fewer.
 * @param {{ count: number }} counts @param {number} share up to 1
 */
export function shareOf({ count }, share) {
  return { count: Math.min(count, Math.max(LEAST, Math.ceil(count * share))) };
}
