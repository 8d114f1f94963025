import type { Channel, ChannelModel } from 'amqplib';
import { TopologyError } from '../errors';
import { topologyErrorOf } from '../topology/broker-refusal';
import { closeChannel } from './close-channel';

/** What a broker says of one queue that it is asked for: what it holds, that there is none, or why it does not tell. */
export type QueueLook =
  | { readonly state: 'there'; readonly ready: number; readonly consumers: number }
  | { readonly state: 'missing' }
  | { readonly state: 'denied'; readonly why: string };

/** Channels that ask at the same time: each waits for its answers one by one, and a queue that is missing costs its channel. */
const CHANNELS = 8;

const NOT_FOUND = 404;

/**
 * Asks a broker for queues by their names, by passive declares: no management API, nothing made, nothing taken. From RabbitMQ
 * 4.3 on that wants the permission to configure them.
 * @throws what ended the connection; a refusal is an answer.
 */
export async function lookAtQueues(
  connection: ChannelModel,
  names: readonly string[],
): Promise<ReadonlyMap<string, QueueLook>> {
  const looks = new Map<string, QueueLook>();
  const waiting = [...new Set(names)];
  const ask = async (): Promise<void> => {
    let channel: Channel | undefined;
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      channel ??= await openQuietChannel(connection);
      const look = await lookAt(channel, name);
      looks.set(name, look);
      if (look.state !== 'there') channel = undefined; // the broker has closed it
    }
    if (channel !== undefined) await closeChannel(channel);
  };
  await Promise.all(Array.from({ length: Math.min(CHANNELS, waiting.length) }, ask));
  return looks;
}

/** A channel on which a refusal is told to the call alone: amqplib's `error` event would end the process unheard. */
export async function openQuietChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

async function lookAt(channel: Channel, name: string): Promise<QueueLook> {
  try {
    const { messageCount: ready, consumerCount: consumers } = await channel.checkQueue(name);
    return { state: 'there', ready, consumers };
  } catch (error) {
    const refusal = topologyErrorOf(name, error);
    if (!(refusal instanceof TopologyError)) throw error;
    return refusal.code === NOT_FOUND ? { state: 'missing' } : { state: 'denied', why: refusal.message };
  }
}
