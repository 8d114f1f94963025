import type { Channel, ChannelModel } from '../connection/amqp';
import { closeChannel } from '../connection/close-channel';
import { declareAtOnce, declareEach } from '../connection/declarations';
import type { Declaration } from '../connection/declarations';
import { declareStream } from '../connection/stream-declaration';
import type { QueueDefinition, QueueType } from '../define-queue';
import { TopologyError } from '../errors';
import { bindingPlans } from './bindings';
import type { ExchangePlan } from './bindings';
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
  await declareBindings(connection, queue);
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
  const own = [deadLetterQueuePlan(queue, defaultType), quarantinePlan(queue, defaultType)];
  const plans = queue.declaredAs === false ? own : [...own, workQueuePlan(queue, defaultType)];
  const declarations = plans.map((plan) => ({ kind: 'queue', plan }) as const);
  await onChannel(connection, (channel) => declareEach(channel, declarations));
}

/** Declares the exchanges that a queue gets messages from, but those of others, and binds it to them. */
async function declareBindings(connection: ChannelModel, queue: QueueDefinition): Promise<void> {
  const plans = bindingPlans(queue.name, queue.bindings);
  if (plans.length === 0) return;
  const declarations = plans.flatMap(({ exchange, pattern, arguments: matching }): Declaration[] => [
    ...exchangeDeclarations(exchange),
    { kind: 'queue-binding', to: queue.name, from: exchange.name, pattern, arguments: matching },
  ]);
  await onChannel(connection, (channel) => declareEach(channel, declarations));
}

/**
 * Declares what stands behind an exchange that events are published to: the exchange, unless it is somebody else's, and the queues that are known to be bound to it, so that
 * an event that comes before their first worker waits there.
 */
async function declareExchange(
  connection: ChannelModel,
  exchange: ExchangePlan,
  queues: readonly QueueDefinition[],
  defaultType: QueueType,
): Promise<void> {
  await onChannel(connection, (channel) => declareEach(channel, exchangeDeclarations(exchange)));
  for (const queue of queues) {
    if (!bindingPlans(queue.name, queue.bindings).some((plan) => plan.exchange.name === exchange.name)) continue;
    await declareWorkQueue(connection, queue, defaultType);
    await declareBindings(connection, queue);
  }
}

function exchangeDeclarations({ name, type, arguments: given = {}, isForeign }: ExchangePlan): Declaration[] {
  return isForeign === true ? [] : [{ kind: 'exchange', name, type, arguments: given }];
}

/**
 * Declares the delay levels and binds a work queue to where delayed tasks come out. A worker does it at its start, before
 * the first retry: a queue that was deleted and declared again has lost the binding, and what still waits in the levels
 * would not find it. They are more than a hundred things, so they are declared at once; what is refused tells its name
 * when they are declared one by one.
 */
async function declareDelays(connection: ChannelModel, queue: string): Promise<void> {
  const declarations = delayDeclarations(isRabbit(connection), queue);
  try {
    await onChannel(connection, (channel) => declareAtOnce(channel, declarations));
  } catch (error) {
    if (topologyErrorOf(queue, error) === undefined) throw error;
    await onChannel(connection, (channel) => declareEach(channel, declarations));
  }
}

/**
 * Declares what stands on a message's way, for a publisher: the stream that has this name, or the work queue that has this name, this dead-letter queue or
 * this quarantine, and the delay levels when it waits first; or the exchange, with the queues behind it. Names nobody defined (a requester's reply queue) belong to others and are
 * left alone.
 */
export function routeDeclarer(
  queues: readonly QueueDefinition[],
  defaultType: QueueType,
  streams: readonly QueuePlan[] = [],
  exchanges: readonly ExchangePlan[] = [],
): (connection: ChannelModel, route: Route) => Promise<void> {
  const byName = new Map(
    queues.flatMap((queue) =>
      [queue.name, deadLetterQueueName(queue.name), quarantineName(queue.name)].map((name) => [name, queue]),
    ),
  );
  return async (connection, route) => {
    if (route.exchange !== '' && !route.isDelayed) {
      const exchange = exchanges.find(({ name }) => name === route.exchange);
      if (exchange !== undefined) await declareExchange(connection, exchange, queues, defaultType);
      return;
    }
    const stream = streams.find(({ name }) => name === route.queue);
    if (stream !== undefined) await declareStream(connection, stream);
    const queue = byName.get(route.queue);
    if (queue === undefined) return;
    await declareWorkQueue(connection, queue, defaultType);
    if (route.isDelayed) await declareDelays(connection, queue.name);
  };
}

/**
 * The levels, the same for everybody and whatever the type of the work queues, because a crash in a level must lose nothing;
 * where delayed tasks come out, and where those stay that find no queue there; and the way from there to a work queue.
 */
function delayDeclarations(isReplicated: boolean, queue: string): readonly Declaration[] {
  const levels = delayLevels(isReplicated);
  return [
    { kind: 'exchange', name: UNDELIVERED, arguments: {} },
    { kind: 'queue', plan: undeliveredPlan(isReplicated) },
    { kind: 'queue-binding', to: UNDELIVERED, from: UNDELIVERED, pattern: '#' },
    { kind: 'exchange', name: DELIVERY_EXCHANGE, arguments: { 'alternate-exchange': UNDELIVERED } },
    ...levels.map(({ exchange }) => ({ kind: 'exchange', name: exchange, arguments: {} }) as const),
    ...levels.flatMap(
      ({ queue: plan, exchange, next, waitPattern, passPattern }) =>
        [
          { kind: 'queue', plan },
          { kind: 'queue-binding', to: plan.name, from: exchange, pattern: waitPattern },
          { kind: 'exchange-binding', to: next, from: exchange, pattern: passPattern },
        ] as const,
    ),
    { kind: 'queue-binding', to: queue, from: DELIVERY_EXCHANGE, pattern: deliveryPattern(queue) },
  ];
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
  try {
    await declareAll(channel);
  } finally {
    await closeChannel(channel);
  }
}

function ignoreBecauseTheCallRejects(): void {
  // amqplib reports one refusal twice, to the call and as an 'error' event, which would end the process unheard.
}
