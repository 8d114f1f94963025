import type { Channel, ChannelModel } from '../connection/amqp';
import { closeChannel } from '../connection/close-channel';
import type { QueueDefinition, QueueType } from '../define-queue';
import { TopologyError } from '../errors';
import { topologyErrorOf } from './broker-refusal';
import { DELIVERY_EXCHANGE, UNDELIVERED, delayLevels, deliveryPattern } from './delay-levels';
import { deadLetterQueueName, quarantineName } from './names';
import { missingPrioritySupport } from './priority-support';
import type { BrokerIdentity } from './priority-support';
import { deadLetterQueuePlan, quarantinePlan, undeliveredPlan, workQueuePlan } from './queue-arguments';
import type { QueuePlan } from './queue-arguments';
import type { Route } from './routes';

/** AMQP's code for what a broker does not offer. */
const NOT_IMPLEMENTED = 540;

/**
 * Declares what a worker of a queue needs: the queue with its kin, and its way out of the delay levels.
 * @throws TopologyError when the broker refuses, with the queue, the difference and the remedy.
 */
export async function declareConsumed(
  connection: ChannelModel,
  queue: QueueDefinition,
  defaultType: QueueType,
): Promise<void> {
  await declareWorkQueue(connection, queue, defaultType);
  await declareDelays(connection, queue.name);
}

/**
 * Declares a work queue, its dead-letter queue and its quarantine, the work queue last so that the routes exist before
 * the first message. Uses a channel of its own: a refusal closes the channel it happens on.
 */
async function declareWorkQueue(
  connection: ChannelModel,
  queue: QueueDefinition,
  defaultType: QueueType,
): Promise<void> {
  const missing = missingPrioritySupport(queue, defaultType, identityOf(connection));
  if (missing !== undefined) throw new TopologyError(queue.name, NOT_IMPLEMENTED, missing);
  await onChannel(connection, async (channel) => {
    await declare(channel, deadLetterQueuePlan(queue, defaultType));
    await declare(channel, quarantinePlan(queue, defaultType));
    await declare(channel, workQueuePlan(queue, defaultType));
  });
}

/**
 * Declares the delay levels and binds a work queue to where delayed tasks come out. A worker does it at its start, before
 * the first retry: a queue that was deleted and declared again has lost the binding, and what still waits in the levels
 * would not find it.
 */
async function declareDelays(connection: ChannelModel, queue: string): Promise<void> {
  await onChannel(connection, async (channel) => {
    await declareDelayLevels(channel, isRabbit(connection));
    await refusable(queue, channel.bindQueue(queue, DELIVERY_EXCHANGE, deliveryPattern(queue)));
  });
}

/**
 * Declares what stands on a message's way, for a publisher: the work queue that has this name, this dead-letter queue or
 * this quarantine, and the delay levels when it waits first. Names nobody defined (a requester's reply queue) belong to others and are
 * left alone.
 */
export function routeDeclarer(
  queues: readonly QueueDefinition[],
  defaultType: QueueType,
): (connection: ChannelModel, route: Route) => Promise<void> {
  const byName = new Map(
    queues.flatMap((queue) =>
      [queue.name, deadLetterQueueName(queue.name), quarantineName(queue.name)].map((name) => [name, queue]),
    ),
  );
  return async (connection, route) => {
    const queue = byName.get(route.queue);
    if (queue === undefined) return;
    await declareWorkQueue(connection, queue, defaultType);
    if (route.isDelayed) await declareDelays(connection, queue.name);
  };
}

/** The levels are the same for everybody, whatever the type of the work queues: a crash in a level must lose nothing. */
async function declareDelayLevels(channel: Channel, isReplicated: boolean): Promise<void> {
  const levels = delayLevels(isReplicated);
  await declareDelivery(channel, isReplicated);
  await Promise.all(levels.map((level) => declareExchange(channel, level.exchange)));
  await Promise.all(
    levels.map(async ({ queue, exchange, next, waitPattern, passPattern }) => {
      await declare(channel, queue);
      await refusable(queue.name, channel.bindQueue(queue.name, exchange, waitPattern));
      await refusable(next, channel.bindExchange(next, exchange, passPattern));
    }),
  );
}

/** Where delayed tasks come out, and where those stay that find no queue there. */
async function declareDelivery(channel: Channel, isReplicated: boolean): Promise<void> {
  await declareExchange(channel, UNDELIVERED);
  await declare(channel, undeliveredPlan(isReplicated));
  await refusable(UNDELIVERED, channel.bindQueue(UNDELIVERED, UNDELIVERED, '#'));
  await declareExchange(channel, DELIVERY_EXCHANGE, { alternateExchange: UNDELIVERED });
}

function isRabbit(connection: ChannelModel): boolean {
  return identityOf(connection).product === 'RabbitMQ';
}

function identityOf(connection: ChannelModel): BrokerIdentity {
  const { product, version } = connection.connection.serverProperties;
  return { product, version };
}

async function onChannel(connection: ChannelModel, declareAll: (channel: Channel) => Promise<void>): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', ignoreBecauseTheCallRejects);
  await declareAll(channel);
  await closeChannel(channel);
}

function declare(channel: Channel, plan: QueuePlan): Promise<void> {
  return refusable(plan.name, channel.assertQueue(plan.name, { durable: plan.durable, arguments: plan.arguments }));
}

function declareExchange(
  channel: Channel,
  exchange: string,
  options: { alternateExchange?: string } = {},
): Promise<void> {
  return refusable(exchange, channel.assertExchange(exchange, 'topic', { durable: true, ...options }));
}

async function refusable(name: string, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    throw topologyErrorOf(name, error) ?? error;
  }
}

function ignoreBecauseTheCallRejects(): void {
  // amqplib reports one refusal twice, to the call and as an 'error' event, which would end the process unheard.
}
