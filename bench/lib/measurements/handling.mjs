import { Failure } from '../../../scripts/lib/failure.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * Handles tasks that wait in the queue; none may be left in it afterwards.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} tasks a second, and microseconds of the client's processor for each
 */
export async function handling(stage, { contestant, job }) {
  await stage.prepareQueue(contestant, job);
  const [program] = await Promise.all([stage.open(contestant, job), stage.fill(contestant, job)]);
  const figures = await program.run(stage.timeout, stage.signal);
  const { seconds, cpuSeconds } = /** @type {Record<string, number>} */ (figures);
  await stage.release(program);
  await assertNothingLeft(stage, { contestant, job });
  return { rate: job.count / seconds, cpu: (cpuSeconds / job.count) * 1_000_000 };
}

/**
 * After a worker has ended. What it acknowledged last can be in the queue again: a channel that closes takes acknowledgements with it
 * which a quorum queue has not yet applied. More than it may hold at once cannot be; and Warren, which stops politely, leaves none.
 * @param {Stage} stage @param {Pick<Entry, 'contestant' | 'job'>} entry
 */
export async function assertNothingLeft(stage, { contestant, job }) {
  if (contestant.isRabbit === false) return;
  const left = await stage.queues.left(job.queue);
  await stage.queues.purge(job.queue);
  if (left <= (contestant.name === 'warren' ? 0 : (job.concurrency ?? 1))) return;
  throw new Failure(`${contestant.name}: ${left} tasks are still in the queue, which were handled and not settled`);
}
