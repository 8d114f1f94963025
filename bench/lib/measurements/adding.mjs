/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * Adds tasks; the queue is empty before and after.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} tasks a second, and microseconds of the client's processor for each
 */
export async function adding(stage, { contestant, trial }) {
  await stage.prepareQueue(contestant, trial);
  const { seconds, cpuSeconds } = /** @type {Record<string, number>} */ (await stage.run(contestant, trial));
  if (contestant.isRabbit !== false) await stage.queues.purge(trial.queue);
  return { rate: trial.count / seconds, cpu: (cpuSeconds / trial.count) * 1_000_000 };
}
