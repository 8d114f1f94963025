import { Failure } from '../../../scripts/lib/failure.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * Handles tasks that wait in the queue; none may be left in it afterwards.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} tasks a second, and microseconds of the client's processor for each
 */
export async function handling(stage, { contestant, trial }) {
  await stage.prepareQueue(contestant, trial);
  const [program] = await Promise.all([stage.open(contestant, trial), stage.fill(contestant, trial)]);
  const figures = await program.run(stage.timeout, stage.signal);
  const { seconds, cpuSeconds } = /** @type {Record<string, number>} */ (figures);
  await stage.release(program);
  await assertNothingLeft(stage, { contestant, trial });
  return { rate: trial.count / seconds, cpu: (cpuSeconds / trial.count) * 1_000_000 };
}

/**
 * After a worker has ended. What it acknowledged last can be in the queue again: a channel that closes takes acknowledgements with it
 * which a quorum queue has not yet applied. More than it may hold at once cannot be; and Warren, which stops politely, leaves none.
 * @param {Stage} stage @param {Pick<Entry, 'contestant' | 'trial'>} entry
 */
export async function assertNothingLeft(stage, { contestant, trial }) {
  if (contestant.isRabbit === false) return;
  const left = await stage.queues.left(trial.queue);
  await stage.queues.purge(trial.queue);
  if (left <= (contestant.name === 'warren' ? 0 : (trial.concurrency ?? 1))) return;
  throw new Failure(`${contestant.name}: ${left} tasks are still in the queue, which were handled and not settled`);
}
