/// <reference path="./bullmq-package.d.ts" />
// BullMQ as its documentation has it, on ioredis. A task that is done goes from Redis, as one that is acknowledged goes from RabbitMQ;
// BullMQ's default is to keep it.
import { Queue, Worker } from 'bullmq';
import { builtApp } from '../../scripts/lib/build.mjs';

/** @typedef {import('../src/trial.js').Trial} Trial */
/** @typedef {import('../src/payload.js').BenchPayload} BenchPayload */

const NAME = 'bench';
const OPTIONS = { removeOnComplete: true };

/** @param {Trial} trial */
function connectionOf({ broker: { redis } }) {
  if (redis === undefined) throw new Error('BullMQ needs the address of a Redis');
  return redis;
}

/** @param {Trial} trial @returns {Promise<import('../src/adding.js').Producer>} */
async function openProducer(trial) {
  const queue = new Queue(trial.queue, { connection: connectionOf(trial) });
  await queue.waitUntilReady();
  return {
    add: (payload) => queue.add(NAME, payload, OPTIONS),
    addBulk: (payloads) => queue.addBulk(payloads.map((data) => ({ name: NAME, data, opts: OPTIONS }))),
    close: () => queue.close(),
  };
}

/** @param {Trial} trial @param {import('../src/handling.js').Handling} handling @returns {Promise<import('../src/kinds.js').BenchWorker>} */
async function openWorker(trial, handling) {
  const options = { connection: connectionOf(trial), concurrency: trial.concurrency ?? 1, autorun: false };
  const worker = new Worker(trial.queue, async ({ data }) => handling.handle(data), options);
  await worker.waitUntilReady();
  return {
    // Runs until it is closed.
    start: async () => void worker.run(),
    close: () => worker.close(),
  };
}

const { kindsOf } = /** @type {typeof import('../src/kinds.js')} */ (await import(builtApp('bench', 'kinds')));

/** What can be asked of it. */
export const kinds = kindsOf({ openProducer, openWorker });
