import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../errors';
import { topologyErrorOf } from '../topology/broker-refusal';
import { closeChannel } from './close-channel';

/** One binding of a queue to an exchange, as the broker knows it. */
export interface RemovableBinding {
  readonly queue: string;
  readonly exchange: string;
  readonly pattern: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Takes bindings away. One that is gone already is no error.
 * @throws TopologyError when this user may not.
 */
export async function removeBindings(connection: ChannelModel, bindings: readonly RemovableBinding[]): Promise<void> {
  for (const { queue, exchange, pattern, arguments: matching } of bindings) {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined); // the call rejects
    try {
      await channel.unbindQueue(queue, exchange, pattern, matching);
    } catch (error) {
      const refusal = topologyErrorOf(queue, error);
      if (!(refusal instanceof TopologyError) || refusal.code !== 404) throw refusal ?? error;
    } finally {
      await closeChannel(channel);
    }
  }
}
