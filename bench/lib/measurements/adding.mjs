/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * Adds tasks; the queue is empty before and after.
 * @param {Stage} stage @param {Entry} entry @param {{ isQuick: boolean }} run
 * @returns {Promise<Record<string, number>>} tasks a second, and microseconds of the client's processor for each
 */
export async function adding(stage, { contestant, job }, { isQuick }) {
  await stage.prepareQueue(contestant, job);
  const { seconds, cpuSeconds } = /** @type {Record<string, number>} */ (await stage.run(contestant, job, isQuick));
  if (contestant.isRabbit !== false) await stage.queues.purge(job.queue);
  return { rate: job.count / seconds, cpu: (cpuSeconds / job.count) * 1_000_000 };
}
