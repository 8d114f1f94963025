import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';
import { Failure } from '../../scripts/lib/failure.mjs';

const LOOK_EVERY = 10;
/** Milliseconds in which what a closed connection held is ready again. */
const REQUEUE_TIMEOUT = 2_000;
const NOT_FOUND = 404;

/** @typedef {import('amqplib').Channel} Channel @typedef {import('amqplib').ChannelModel} ChannelModel */
/** @typedef {{ timeout: number, signal: AbortSignal }} Patience timeout: milliseconds after which a wait fails */

/** The queues of the contestants, as the driver sees them: it declares them, looks into them and deletes them. */
export class Queues {
  #url;
  /** @type {Promise<ChannelModel> | undefined} */
  #connection;

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /** Connected; should the connection be lost, the next question opens another one. @param {string} url */
  static async open(url) {
    const queues = new Queues(url);
    await queues.#connected();
    return queues;
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

  /** Resolves when it has so many consumers. @param {string} name @param {number} consumers @param {Patience} patience */
  async untilConsumed(name, consumers, patience) {
    await this.#until(name, (queue) => queue.consumers >= consumers, patience);
  }

  /** Resolves when no message is ready in it. @param {string} name @param {Patience} patience */
  async untilEmpty(name, patience) {
    await this.#until(name, ({ messages }) => messages === 0, patience);
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
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close().catch(() => undefined);
  }

  /** @param {string} name @param {(queue: { messages: number, consumers: number }) => boolean} isSo @param {Patience} patience */
  async #until(name, isSo, { timeout, signal }) {
    const deadline = performance.now() + timeout;
    for (;;) {
      const queue = await this.look(name);
      if (isSo(queue)) return;
      if (performance.now() > deadline) {
        const { consumers, messages } = queue;
        throw new Failure(`${name} still has ${consumers} consumers and ${messages} messages after ${timeout} ms`);
      }
      await delay(LOOK_EVERY, undefined, { signal });
    }
  }

  /** On a channel of its own, which an error closes. @template Answer @param {(channel: Channel) => Promise<Answer>} question */
  async #ask(question) {
    const connection = await this.#connected();
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const answer = await question(channel);
    await channel.close();
    return answer;
  }

  #connected() {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect() {
    const forget = () => (this.#connection = undefined);
    try {
      const connection = await connect(this.#url);
      connection.on('error', () => undefined); // what was asked is rejected as well
      connection.once('close', forget);
      return connection;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
