import { Failure } from '../../../scripts/lib/failure.mjs';
import { median } from '../statistics.mjs';
import { assertNothingLeft } from './handling.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/** Tasks by which the highest rate is found: amqplib's, and that of who is far slower. */
const MAXIMUM_COUNT = { quick: 8_000, full: 40_000, ofOthers: 4_000 };
/** How often it is looked for: one of them may fall into a time in which the machine stands still. */
const MAXIMUM_SAMPLES = 3;

/**
 * From add to the start of the handler, at the trial's rate, with a producer and a worker of its own.
 * @param {Stage} stage @param {Pick<Entry, 'contestant' | 'trial'>} entry
 * @returns {Promise<Record<string, number>>} milliseconds
 */
export async function latency(stage, entry) {
  const { latencies } = await passThrough(stage, entry);
  const { p50 = NaN, p99 = NaN, p999 = NaN, max = NaN } = latencies;
  return { p50, p99, p999, max };
}

/**
 * The same at half of what bare amqplib can do at most, or the contestant itself where its trial says so: as many as it adds and handles at the
 * same time when nothing holds it back, the median of three times.
 * @param {Stage} stage @param {Entry} entry @param {{ isQuick: boolean }} run
 */
export async function latencyAtHalf(stage, { contestant, trial }, { isQuick }) {
  const fastest = trial.isOwnMaximum ? contestant : stage.reference;
  const maximum = await stage.once(
    `maximum of ${fastest.name}, ${trial.queueType} at ${trial.concurrency}`,
    async () => {
      const count = MAXIMUM_COUNT[trial.isOwnMaximum ? 'ofOthers' : isQuick ? 'quick' : 'full'];
      const alone = { contestant: fastest, trial: { ...trial, queue: `${trial.queue}.maximum`, count, rate: 0 } };
      /** @type {number[]} */
      const rates = [];
      while (rates.length < MAXIMUM_SAMPLES) rates.push(count / (await passThrough(stage, alone)).seconds);
      if (fastest.isRabbit !== false) await stage.queues.delete(alone.trial.queue);
      return median(rates);
    },
  );
  const rate = Math.floor(maximum / 2);
  const seconds = trial.count / (trial.rate ?? 1);
  const figures = await latency(stage, { contestant, trial: { ...trial, rate, count: Math.ceil(rate * seconds) } });
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

/** A producer and a worker at the same time. @param {Stage} stage @param {Pick<Entry, 'contestant' | 'trial'>} entry */
async function passThrough(stage, { contestant, trial }) {
  await stage.prepareQueue(contestant, trial);
  const open = (/** @type {'handle-timed' | 'add-timed'} */ kind) => stage.open(contestant, { ...trial, kind });
  const opening = /** @type {const} */ ([open('handle-timed'), open('add-timed')]);
  await Promise.allSettled(opening); // when one of them fails the other must not come up unnoticed
  const [worker, producer] = await Promise.all(opening);
  worker.go();
  if (contestant.isRabbit !== false) await stage.queues.untilConsumed(trial.queue, 1, stage);
  // Its warm-up is over before the first task that counts is added.
  if (!trial.isWarmUpPaced && trial.warmUp !== undefined) await worker.line('warm', stage.timeout, stage.signal);
  if (contestant.isRabbit !== false) await stage.queues.untilEmpty(trial.queue, stage);
  const startedAt = performance.now();
  const [handled] = await Promise.all([
    worker.line('done', stage.timeout, stage.signal),
    producer.run(stage.timeout, stage.signal),
  ]);
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.all([stage.release(producer), stage.release(worker)]);
  await assertNothingLeft(stage, { contestant, trial });
  return { latencies: /** @type {Record<string, number>} */ (handled.latencies), seconds };
}
