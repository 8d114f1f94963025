import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';

const LOOK_EVERY = 10;
/** Milliseconds in which what a closed connection held is ready again. */
const REQUEUE_TIMEOUT = 2_000;
const NOT_FOUND = 404;

/** @typedef {import('amqplib').Channel} Channel */

/** The queues of the contestants, as the driver sees them: it declares them, looks into them and deletes them. */
export class Queues {
  #connection;

  /** @param {import('amqplib').ChannelModel} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @param {string} url */
  static async open(url) {
    return new Queues(await connect(url));
  }

  /** A durable queue with no arguments but its type. @param {string} name @param {'quorum' | 'classic'} type */
  async declare(name, type) {
    const options = { durable: true, ...(type === 'quorum' && { arguments: { 'x-queue-type': 'quorum' } }) };
    await this.#ask((channel) => channel.assertQueue(name, options));
  }

  /** How many of its messages are ready and how many consumers it has; none of either when there is no such queue. @param {string} name */
  async look(name) {
    try {
      const { messageCount, consumerCount } = await this.#ask((channel) => channel.checkQueue(name));
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      if (/** @type {{ code?: unknown }} */ (error).code === NOT_FOUND) return { messages: 0, consumers: 0 };
      throw error;
    }
  }

  /** Resolves when it has so many consumers. @param {string} name @param {number} consumers @param {AbortSignal} signal */
  async untilConsumed(name, consumers, signal) {
    while ((await this.look(name)).consumers < consumers) await delay(LOOK_EVERY, undefined, { signal });
  }

  /** Resolves when no message is ready in it. @param {string} name @param {AbortSignal} signal */
  async untilEmpty(name, signal) {
    while ((await this.look(name)).messages > 0) await delay(LOOK_EVERY, undefined, { signal });
  }

  /** The messages left in it when all its consumers have gone. @param {string} name */
  async left(name) {
    const deadline = performance.now() + REQUEUE_TIMEOUT;
    while ((await this.look(name)).consumers > 0 && performance.now() < deadline) await delay(LOOK_EVERY);
    return (await this.look(name)).messages;
  }

  /** Empties it, if there is one. @param {string} name */
  async purge(name) {
    if ((await this.look(name)).messages > 0) await this.#ask((channel) => channel.purgeQueue(name));
  }

  /** Deletes it and the dead-letter queue beside it, if there are any. @param {string} name */
  async delete(name) {
    await this.#ask((channel) => channel.deleteQueue(name));
    await this.#ask((channel) => channel.deleteQueue(`${name}.dlq`));
  }

  async close() {
    await this.#connection.close();
  }

  /** On a channel of its own, which an error closes. @template Answer @param {(channel: Channel) => Promise<Answer>} question */
  async #ask(question) {
    const channel = await this.#connection.createChannel();
    channel.on('error', () => undefined);
    const answer = await question(channel);
    await channel.close();
    return answer;
  }
}
