import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import { closeChannel } from './close-channel';
import { openQuietChannel } from './queue-looks';

/** What a broker did with a message: gave it back as nobody's, refused it, stopped reading, or said nothing. */
export type PublishProbe =
  | { readonly end: 'returned' }
  | { readonly end: 'denied' | 'blocked'; readonly why: string }
  | { readonly end: 'silent' };

/** A broker that reads what is published answers in one round trip. */
const PATIENCE_MS = 3_000;

/**
 * Publishes one empty message to a queue that does not exist, by the default exchange: whoever may publish gets it back. Shows
 * whether the user may publish at all and whether an alarm keeps the broker from reading, and leaves nothing behind. Use a
 * connection that may be lost: a broker with an alarm reads nothing more from it.
 */
export async function probePublishing(connection: ChannelModel): Promise<PublishProbe> {
  const channel = await openQuietChannel(connection);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<PublishProbe>((resolve) => {
      channel.once('return', () => resolve({ end: 'returned' }));
      channel.once('error', ({ message }: Error) => resolve({ end: 'denied', why: message }));
      connection.once('blocked', (why: unknown) => resolve({ end: 'blocked', why: String(why) }));
      timer = setTimeout(() => resolve({ end: 'silent' }), PATIENCE_MS);
      channel.publish('', `warren.probe.${randomUUID()}`, Buffer.alloc(0), { mandatory: true });
    });
  } finally {
    clearTimeout(timer);
    await closeChannel(channel);
  }
}
