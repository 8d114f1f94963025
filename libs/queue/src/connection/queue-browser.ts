import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { QueueReadError } from '../errors';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { BrokerConnection } from './broker-connection';
import { openWithin } from './open-within';

/** Messages that are handed out at once, and so the most that are in this process's memory. */
const WINDOW = 400;

/**
 * Each window is a consumer of its own, and the broker gives back by consumer, in the order of their tags, as long as one
 * queue has no more than 32 of them (Erlang keeps small maps sorted). More would shuffle what was read.
 */
const MAX_WINDOWS = 25;

/** The most that one reading leaves in its queue. What it removes does not count. */
export const MAX_IN_HAND = WINDOW * MAX_WINDOWS;

/** Silence after which the broker is asked whether others have taken the rest. */
const SILENCE_MS = 100;

/** A queue that says it has messages and hands out none for so long is consumed exclusively, or hangs. */
const PATIENCE_MS = 10_000;

/** What was given back is still on its way to the queue when the channel has closed. So long it is waited for. */
const RETURN_MS = 2_000;

/**
 * Reads through a queue in order, and leaves in it what is not acknowledged: it comes back at its old place when the
 * browser closes, and when this process dies. Looks at no more messages than were ready when it was opened, so that
 * what comes in meanwhile, redriven tasks that failed again among it, is not read.
 *
 * A quorum queue counts a return (`x-delivery-count`), one for each reading; RabbitMQ from 4.3 on does not, because
 * there `basic.nack` is used. Before, closing the channel is the only way back that keeps the order: 3.10 shuffles what is
 * returned by more than 32 in one `nack`, and polling (`basic.get`) makes a consumer of each message.
 */
export class QueueBrowser {
  /** Only the first {@link MAX_IN_HAND} messages that stay were looked at; there may be more. */
  isCutOff = false;
  private readonly arrived: ConsumeMessage[] = [];
  private readonly tags: string[] = [];
  private looked = 0;
  private handedOut = 0;
  private inHand = 0;
  /** What came last had been returned to a quorum queue before. */
  private isAmongReturned = false;
  /** Messages that the current window may hand out, and those it has handed out and that are not acknowledged. */
  private window = { size: 0, used: 0 };
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly model: ChannelModel,
    private readonly channel: Channel,
    readonly queue: string,
  ) {
    let why = 'the broker closed the channel';
    channel.on('error', (error: Error) => {
      why = error.message;
    });
    channel.on('close', () => this.fail(why));
  }

  /** Messages that were ready when it was opened. */
  total = 0;

  /**
   * Opens a queue on a connection, which is opened when it is not yet.
   * @param timeout milliseconds to wait for the connection.
   * @throws TopologyError when there is no such queue, or the user may not look; NotConnectedError and
   * AccessDeniedError when there is no connection.
   */
  static async open(connection: BrokerConnection, queue: string, timeout: number): Promise<QueueBrowser> {
    const model = await openWithin(connection, timeout, 'Nothing was looked at.');
    const browser = new QueueBrowser(model, await model.createChannel(), queue);
    browser.total = await browser.countReady();
    return browser;
  }

  /** The next message; `undefined` at the end. */
  async next(): Promise<ConsumeMessage | undefined> {
    // What comes in meanwhile takes the place of what was removed: it arrives as well, and is not looked at.
    if (this.looked >= this.total) return undefined;
    while (this.arrived.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      if (this.window.used < this.window.size) {
        if (!(await this.moreArrives())) return undefined;
      } else if (this.tags.length === MAX_WINDOWS) {
        this.isCutOff = true;
        return undefined;
      } else {
        await this.openWindow();
      }
    }
    if (this.failure !== undefined) throw this.failure;
    this.looked += 1;
    return this.arrived.shift();
  }

  /**
   * Removes the message that {@link next} gave out last. Resolves when the broker has read it.
   * @throws QueueReadError when the message is in its queue again instead, because the channel or the connection closed.
   */
  async remove(message: ConsumeMessage): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.channel.ack(message);
    this.window.used -= 1;
    this.inHand -= 1;
    await this.asked(this.channel.prefetch(this.window.size)); // any round trip: the channel does one thing at a time
  }

  /** Gives back what was not removed, and waits until it is in its queue again. May be called twice. Never rejects. */
  async close(): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await this.takeReturned();
      if (countsOnlyRejects(this.model)) {
        await Promise.all(this.tags.map((tag) => this.channel.cancel(tag)));
        this.channel.nackAll(true);
      }
      await this.channel.close();
      await this.returned();
    } catch {
      // The connection is gone, and has given back everything.
    }
  }

  private async openWindow(): Promise<void> {
    this.window = { size: Math.min(WINDOW, this.total - this.handedOut), used: 0 };
    const consumerTag = `browser-${String(this.tags.length).padStart(2, '0')}`;
    this.tags.push(consumerTag);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) return this.fail('the broker cancelled the consumer (was the queue deleted?)');
      this.arrived.push(message);
      this.window.used += 1;
      this.inHand += 1;
      this.handedOut += 1;
      this.isAmongReturned = message.fields.redelivered && isCounted(message);
      this.wake();
    };
    await this.asked(this.channel.prefetch(this.window.size));
    await this.asked(this.channel.consume(this.queue, onMessage, { consumerTag, noAck: false }));
  }

  /**
   * A quorum queue puts what is returned behind what was returned before and in front of all else. The order stays when
   * none of that is left in it, so a reading that ends early takes the rest along.
   */
  private async takeReturned(): Promise<void> {
    while (this.isAmongReturned && this.handedOut < this.total && this.failure === undefined) {
      this.arrived.length = 0;
      if (this.window.used < this.window.size) {
        if (!(await this.moreArrives())) return;
      } else {
        if (this.tags.length === MAX_WINDOWS) return;
        await this.openWindow();
      }
    }
  }

  /** Waits for a message. Not for ever: another reader may have taken the rest. */
  private async moreArrives(): Promise<boolean> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let timesEmpty = 0; timesEmpty < 2;) {
      await this.arrival();
      if (this.arrived.length > 0 || this.failure !== undefined) return true;
      const ready = await this.countReady();
      if (this.arrived.length > 0) return true;
      timesEmpty = ready === 0 ? timesEmpty + 1 : 0;
      if (performance.now() > deadline)
        throw new QueueReadError(this.queue, 'the broker hands out none of its messages');
    }
    return false;
  }

  private arrival(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SILENCE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async countReady(): Promise<number> {
    return (await this.asked(this.channel.checkQueue(this.queue))).messageCount;
  }

  /** The queue takes a moment to have its messages back; whoever reads it next must find them. */
  private async returned(): Promise<void> {
    if (this.inHand === 0) return;
    const channel = await this.model.createChannel();
    channel.on('error', () => undefined); // the call rejects
    const deadline = performance.now() + RETURN_MS;
    while ((await channel.checkQueue(this.queue)).messageCount < this.inHand && performance.now() < deadline) {
      await delay(10);
    }
    await channel.close();
  }

  /** What the broker answers, or why it refuses. */
  private async asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw topologyErrorOf(this.queue, error) ?? this.failure ?? new QueueReadError(this.queue, String(error));
    }
  }

  private fail(why: string): void {
    this.failure ??= new QueueReadError(this.queue, why);
    this.wake();
  }
}

/** Classic queues count nothing, and take back each message at its old place. */
function isCounted({ properties: { headers = {} } }: ConsumeMessage): boolean {
  return 'x-delivery-count' in headers || 'x-acquired-count' in headers;
}

/** RabbitMQ from 4.3 on counts a closed channel and `basic.reject` as failures of the message, and `basic.nack` not. */
function countsOnlyRejects({ connection }: ChannelModel): boolean {
  const { product, version } = connection.serverProperties;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return product === 'RabbitMQ' && (major > 4 || (major === 4 && minor >= 3));
}
