import type { Channel, ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from './broker-connection';
import { closeChannel } from './close-channel';

/** One message taken from a queue, and the channel on which it is to be settled. */
export interface TakenMessage {
  readonly message: ConsumeMessage;
  readonly channel: Channel;
}

/** Looks into queues that nobody consumes, on channels of its own. What is away, or cannot be reached, counts as empty. */
export class QuarantineReader {
  constructor(private readonly connection: BrokerConnection) {}

  /** Messages that are ready in a queue; 0 when there is no such queue. */
  async count(queue: string): Promise<number> {
    const channel = await this.openChannel();
    try {
      const { messageCount = 0 } = (await channel?.checkQueue(queue)) ?? {};
      return messageCount;
    } catch {
      return 0; // there is no such queue, and the broker has closed the channel
    } finally {
      if (channel !== undefined) await closeChannel(channel);
    }
  }

  /** Takes the first message; the caller settles it and closes its channel. */
  async take(queue: string): Promise<TakenMessage | undefined> {
    const channel = await this.openChannel();
    if (channel === undefined) return undefined;
    const taken = await channel.get(queue, { noAck: false }).catch(() => false as const);
    // amqplib gives what was got no consumer tag, which is all that it lacks.
    if (taken !== false) return { message: taken as unknown as ConsumeMessage, channel };
    await closeChannel(channel);
    return undefined;
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
