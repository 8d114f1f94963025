import type { Channel } from 'amqplib';
import { endedWithin } from '../ended-within';

/** A broker that hangs never answers; closing the connection then ends consumers and channels. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Closes a channel. Resolves when it is closed, by its answer or with its connection: amqplib leaves the close unanswered for
 * ever when the connection goes first. Takes at most two seconds, and never rejects.
 */
export async function closeChannel(channel: Channel): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    channel.once('close', resolve);
  });
  await withinReason(Promise.race([asked(channel), gone]));
}

/** Waits for a broker's answer for two seconds at most; what it refuses does not matter any more. */
export function withinReason(answer: Promise<unknown>): Promise<void> {
  return endedWithin(answer, ANSWER_TIMEOUT_MS);
}

/** A channel that is closed already says so by throwing, not by rejecting. */
async function asked(channel: Channel): Promise<void> {
  await channel.close();
}
