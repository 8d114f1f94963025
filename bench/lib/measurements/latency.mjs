import { assertNothingLeft } from './handling.mjs';
import { Failure } from '../../../scripts/lib/failure.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/** Tasks by which the highest rate is found: amqplib's, and that of who is far slower. */
const MAXIMUM_COUNT = { quick: 8_000, full: 40_000, ofOthers: 4_000 };

/**
 * From add to the start of the handler, at the job's rate, with a sender and a worker of its own.
 * @param {Stage} stage @param {Pick<Entry, 'contestant' | 'job'>} entry
 * @returns {Promise<Record<string, number>>} milliseconds
 */
export async function latency(stage, entry) {
  const { latencies } = await passThrough(stage, entry);
  const { p50 = NaN, p99 = NaN, p999 = NaN, max = NaN } = latencies;
  return { p50, p99, p999, max };
}

/**
 * The same at half of what bare amqplib can do at most, or the contestant itself where its job says so: as many as it adds and handles at the
 * same time when nothing holds it back.
 * @param {Stage} stage @param {Entry} entry @param {{ isQuick: boolean }} run
 */
export async function latencyAtHalf(stage, { contestant, job }, { isQuick }) {
  const fastest = job.isOwnMaximum ? contestant : stage.reference;
  const maximum = await stage.once(`maximum of ${fastest.name}, ${job.queueType} at ${job.concurrency}`, async () => {
    const count = MAXIMUM_COUNT[job.isOwnMaximum ? 'ofOthers' : isQuick ? 'quick' : 'full'];
    const alone = { contestant: fastest, job: { ...job, queue: `${job.queue}.maximum`, count, rate: 0 } };
    const { seconds } = await passThrough(stage, alone);
    if (fastest.isRabbit !== false) await stage.queues.delete(alone.job.queue);
    return count / seconds;
  });
  const rate = Math.floor(maximum / 2);
  const seconds = job.count / (job.rate ?? 1);
  const figures = await latency(stage, { contestant, job: { ...job, rate, count: Math.ceil(rate * seconds) } });
  return { rate, ...figures };
}

/**
 * How late delayed tasks start; none may be early.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} milliseconds
 */
export async function lateness(stage, entry) {
  const { latencies } = await passThrough(stage, entry);
  const { min = 0, p50 = NaN, p99 = NaN, p999 = NaN, max = NaN } = latencies;
  if (min < 0) throw new Failure(`${entry.contestant.name}: a task was early by ${-min} ms`);
  return { p50, p99, p999, max };
}

/** A sender and a worker at the same time. @param {Stage} stage @param {Pick<Entry, 'contestant' | 'job'>} entry */
async function passThrough(stage, { contestant, job }) {
  await stage.prepareQueue(contestant, job);
  const open = (/** @type {'receive' | 'send'} */ kind) => stage.open(contestant, { ...job, kind });
  const opening = /** @type {const} */ ([open('receive'), open('send')]);
  await Promise.allSettled(opening); // when one of them fails the other must not come up unnoticed
  const [receiver, sender] = await Promise.all(opening);
  receiver.go();
  if (contestant.isRabbit !== false) await stage.queues.untilConsumed(job.queue, 1, stage);
  // Its warm-up is over before the first task that counts is sent.
  if (!job.isWarmUpPaced && job.warmUp !== undefined) await receiver.line('warm', stage.timeout, stage.signal);
  if (contestant.isRabbit !== false) await stage.queues.untilEmpty(job.queue, stage);
  const startedAt = performance.now();
  const [received] = await Promise.all([
    receiver.line('done', stage.timeout, stage.signal),
    sender.run(stage.timeout, stage.signal),
  ]);
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.all([stage.release(sender), stage.release(receiver)]);
  await assertNothingLeft(stage, { contestant, job });
  return { latencies: /** @type {Record<string, number>} */ (received.latencies), seconds };
}
