import { Failure } from '../../../scripts/lib/failure.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * Handles tasks that wait in the queue; none may be left in it afterwards.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} tasks a second, and microseconds of the client's processor for each
 */
export async function handling(stage, { contestant, job }) {
  await stage.fill(contestant, job);
  const { seconds, cpuSeconds } = /** @type {Record<string, number>} */ (await stage.run(contestant, job, false));
  await assertNothingLeft(stage, { contestant, job });
  return { rate: job.count / seconds, cpu: (cpuSeconds / job.count) * 1_000_000 };
}

/** @param {Stage} stage @param {Pick<Entry, 'contestant' | 'job'>} entry */
export async function assertNothingLeft(stage, { contestant, job }) {
  if (contestant.isRabbit === false) return;
  const left = await stage.queues.left(job.queue);
  await stage.queues.purge(job.queue);
  if (left > 0)
    throw new Failure(`${contestant.name}: ${left} tasks are still in the queue, which were handled and not settled`);
}
