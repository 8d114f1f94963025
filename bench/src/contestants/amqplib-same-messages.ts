import { connect } from 'amqplib';
import type { Handling } from '../handling';
import type { Job } from '../job';
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
  openProducer: async (job) => {
    await declareAsWarren(job);
    return openProducer(job, LIKE_WARREN);
  },
  openWorker: (job, handling) => openWorker(job, job.kind === 'receive' ? unwrapping(handling) : handling),
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
async function declareAsWarren(job: Job): Promise<void> {
  const warren = await openWarren(job);
  await warren.add(job.kind === 'send' ? { at: 0 } : textFor(job));
  await warren.close();
  const connection = await connect(job.broker.amqp);
  const channel = await connection.createChannel();
  await channel.purgeQueue(job.queue);
  await connection.close();
}
