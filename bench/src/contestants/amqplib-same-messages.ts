import { connect } from 'amqplib';
import type { Handling } from '../handling';
import type { Trial } from '../trial';
import { kindsOf } from '../kinds';
import { TASK, textFor } from '../payload';
import type { BenchPayload } from '../payload';
import { openProducer, openWorker } from './amqplib';
import type { Writing } from './amqplib';
import { openProducer as openWarren } from './warren';

/**
 * Bare amqplib with messages like Warren's, in a queue that Warren has declared: what these cost the broker, apart from what Warren's own
 * code costs. It does nothing with a message but what the bare one does.
 */
export const kinds = kindsOf({
  openProducer: async (trial) => {
    await declareAsWarren(trial);
    return openProducer(trial, LIKE_WARREN);
  },
  openWorker: (trial, handling) => openWorker(trial, trial.kind === 'handle-timed' ? unwrapping(handling) : handling),
});

/** What a message carries is inside of it. */
function unwrapping(handling: Handling): Handling {
  return { ...handling, handle: (message) => handling.handle((message as { readonly data: unknown }).data) };
}

/** An id is as long as this one. */
const ID = '019a0000-0000-7000-8000-000000000000';

const LIKE_WARREN: Writing = {
  bytesOf: (payload: BenchPayload) => Buffer.from(JSON.stringify({ pattern: TASK, data: payload })),
  options: () => ({
    persistent: true,
    mandatory: true,
    messageId: ID,
    type: TASK,
    contentType: 'application/json',
    timestamp: Math.floor(Date.now() / 1_000),
    headers: {},
  }),
};

/** Warren declares a queue with the first task that it adds, which does not stay. */
async function declareAsWarren(trial: Trial): Promise<void> {
  const warren = await openWarren(trial);
  await warren.add(trial.kind === 'add-timed' ? { at: 0 } : textFor(trial));
  await warren.close();
  const connection = await connect(trial.broker.amqp);
  const channel = await connection.createChannel();
  await channel.purgeQueue(trial.queue);
  await connection.close();
}
