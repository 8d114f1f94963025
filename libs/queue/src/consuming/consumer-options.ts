import type { QueueConsumerOptions } from '../connection/queue-consumer';
import type { QueueDefinition } from '../define-queue';
import type { QueueSettings } from '../queue.options';
import type { Steering } from '../steering/steering';
import { declareConsumed } from '../topology/declare';
import type { OpenDeliveries } from './open-deliveries';
import type { Undelivered } from './undelivered';

/** What the consumers of one worker share. */
interface Consuming {
  readonly settings: QueueSettings;
  readonly steering: Steering;
  readonly deliveries: OpenDeliveries;
  readonly undelivered: Undelivered;
}

/** How a queue of a worker is consumed: declared when it is known what was ordered, with as many in hand as run at once. */
export function consumerOptions(
  queue: QueueDefinition,
  { settings, steering, deliveries, undelivered }: Consuming,
): QueueConsumerOptions {
  const { name, concurrency = settings.concurrency, consumerTag } = queue;
  return {
    queue: name,
    declare: (model) => steering.caughtUp().then(() => declareConsumed(model, queue, settings.queueType)),
    prefetch: concurrency,
    ...(consumerTag === undefined ? {} : { consumerTag }),
    retryDelay: settings.reconnectDelay,
    onDelivery: deliveries.acceptor(queue, concurrency),
    onConsuming: () => undelivered.fetch(name),
  };
}
