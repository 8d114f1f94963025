/** @typedef {import('../cases.mjs').Participant} Participant @typedef {import('../../src/job.js').Job} Job */

/** The types of queues, the default first. */
export const types = /** @type {const} */ (['quorum', 'classic']);

/** The contestants in the order of the reports. */
export const NAMES = ['amqplib', 'warren', 'nest', 'pika', 'celery', 'bullmq-always', 'bullmq-everysec'];

/** All contestants. @param {Record<string, Partial<Job>>} [jobs] what is different for some of them @returns {Participant[]} */
export function everyone(jobs = {}) {
  return NAMES.map((contestant) => ({ contestant, job: jobs[contestant] ?? {} }));
}

/** Some contestants. @param {string[]} names @returns {Participant[]} */
export function only(...names) {
  return names.map((contestant) => ({ contestant }));
}
