import { once } from 'node:events';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from './broker-connection';
import { closeChannel } from './close-channel';
import { DeliveryChannel } from './delivery-channel';

/** One message taken from a queue, and the channel on which it is to be settled. */
export interface TakenMessage {
  readonly message: ConsumeMessage;
  readonly channel: DeliveryChannel;
}

/** Looks into queues that nobody consumes, on channels of its own. What cannot be reached now counts as empty. */
export class QuarantineReader {
  private channel: Channel | undefined;

  constructor(private readonly connection: BrokerConnection) {}

  /**
   * Messages that are ready in a queue.
   * @throws the broker's refusal: no such queue (404), no permission (403).
   */
  async count(queue: string): Promise<number> {
    const channel = this.channel ?? (await this.openChannel());
    if (channel === undefined) return 0;
    const isNew = this.channel === undefined;
    let isClosed = false;
    if (isNew) {
      channel.once('close', () => {
        isClosed = true;
        this.channel = undefined;
      });
    }
    const state = await unlessClosed(channel, channel.checkQueue(queue));
    if (isNew && !isClosed) this.channel = channel; // one whose close has passed would never be replaced
    return state?.messageCount ?? 0;
  }

  /** Takes the first message; the caller settles it and closes its channel. */
  async take(queue: string): Promise<TakenMessage | undefined> {
    const channel = await this.openChannel();
    if (channel === undefined) return undefined;
    const deliveries = new DeliveryChannel(channel);
    const taken = await unlessClosed(channel, channel.get(queue, { noAck: false }));
    // Closed in the read that brought the message: whoever asks to be told of the close now will not be.
    if (taken === undefined || taken === false || deliveries.isClosed) {
      await closeChannel(channel);
      return undefined;
    }
    deliveries.received(taken);
    // amqplib gives what was got no consumer tag, which is all that it lacks.
    return { message: taken as unknown as ConsumeMessage, channel: deliveries };
  }

  private async openChannel(): Promise<Channel | undefined> {
    if (this.connection.state !== 'open') return undefined;
    try {
      const channel = await (await this.connection.whenOpen()).createChannel();
      channel.on('error', () => undefined); // the call that caused it rejects
      return channel;
    } catch {
      return undefined; // the connection has gone meanwhile
    }
  }
}

/** amqplib leaves an answer open for ever whose channel goes in the middle of it. */
async function unlessClosed<T>(channel: Channel, answer: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController();
  const gone = once(channel, 'close', { signal: settled.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([answer, gone]);
  } finally {
    settled.abort();
  }
}
