import { Failure } from '../failure.mjs';
import { QUEUES } from './task-list.mjs';

/** Consumers of a run that has just ended are gone when the broker has noticed. */
const PATIENCE = 5_000;

/**
 * @typedef {object} QueueCount
 * @property {string} queue
 * @property {number} messages ready to be handed out
 * @property {number} consumers
 */

/**
 * What queues hold, by passive declares: exact, and needing no right but to connect. Queues that do not exist are left out.
 * @param {string} url the first address of a list @param {readonly string[]} queues
 * @returns {Promise<QueueCount[]>}
 */
export async function countQueues(url, queues) {
  // Only known here: the dependencies may have been installed by this very run.
  const { connect } = await import('amqplib');
  const connection = await connect(url.split(',')[0]);
  connection.on('error', () => undefined);
  try {
    const counts = [];
    for (const queue of queues) {
      const channel = await connection.createChannel();
      // The broker closes the channel of whoever asks for a queue that does not exist.
      channel.on('error', () => undefined);
      const count = await channel.checkQueue(queue).catch(() => undefined);
      if (count === undefined) continue;
      counts.push({ queue, messages: count.messageCount, consumers: count.consumerCount });
      await channel.close();
    }
    return counts;
  } finally {
    await connection.close();
  }
}

/**
 * Refuses to share the main tasks with workers that are not ours: what they do could not be counted, and would look lost.
 * @param {string} url
 */
export async function refuseStrangers(url) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const busy = (await countQueues(url, QUEUES)).filter(({ consumers }) => consumers > 0);
    if (busy.length === 0) return;
    if (Date.now() > deadline) {
      const where = busy.map(({ queue, consumers }) => `${queue} (${consumers})`).join(', ');
      throw new Failure(
        `other workers consume from ${where}; they would take some of the tasks, and these could not be counted.\n` +
          '      Stop them, or use npm start -- --no-demo',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
