import type { Channel, ChannelModel } from '../connection/amqp';
import type { QueueDefinition, QueueType } from '../define-queue';
import { topologyErrorOf } from './broker-refusal';
import { deadLetterQueueName } from './names';
import { deadLetterQueuePlan, workQueuePlan } from './queue-arguments';
import type { QueuePlan } from './queue-arguments';

/**
 * Declares a work queue and its dead-letter queue, the dead-letter queue first so that the route exists before the
 * first message. Uses a channel of its own: a refusal closes the channel it happens on.
 * @throws TopologyError when the broker refuses, with the queue, the difference and the remedy.
 */
export async function declareWorkQueue(
  connection: ChannelModel,
  queue: QueueDefinition,
  defaultType: QueueType,
): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', ignoreBecauseTheCallRejects);
  await declare(channel, deadLetterQueuePlan(queue, defaultType));
  await declare(channel, workQueuePlan(queue, defaultType));
  await channel.close();
}

/**
 * Declares a queue by its name, for a publisher: the work queue that has this name or this dead-letter queue. Names
 * nobody defined (a requester's reply queue) belong to others and are left alone.
 */
export function queueDeclarer(
  queues: readonly QueueDefinition[],
  defaultType: QueueType,
): (connection: ChannelModel, name: string) => Promise<void> {
  const byName = new Map(
    queues.flatMap((queue) => [queue.name, deadLetterQueueName(queue.name)].map((name) => [name, queue])),
  );
  return async (connection, name) => {
    const queue = byName.get(name);
    if (queue !== undefined) await declareWorkQueue(connection, queue, defaultType);
  };
}

async function declare(channel: Channel, plan: QueuePlan): Promise<void> {
  try {
    await channel.assertQueue(plan.name, { durable: plan.durable, arguments: plan.arguments });
  } catch (error) {
    throw topologyErrorOf(plan.name, error) ?? error;
  }
}

function ignoreBecauseTheCallRejects(): void {
  // amqplib reports one refusal twice, to the call and as an 'error' event, which would end the process unheard.
}
