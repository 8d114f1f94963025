import { Transport } from '@nestjs/microservices';
import type { RmqOptions } from '@nestjs/microservices';
import type { QueueDefinition } from './define-queue';
import type { QueueSettings } from './queue.options';
import { workQueuePlan } from './topology/queue-arguments';

/**
 * The RMQ transport as Warren configures it: a durable queue, acknowledgement by hand (`noAck: false`), and as many
 * unacknowledged deliveries as tasks run at once (`prefetchCount`, 1 by default). Also for Nest's own transport:
 * `NestFactory.createMicroservice(AppModule, rmqTransport(settings, queue))` consumes the same queue, without what
 * `TaskServer` adds.
 */
export function rmqTransport(
  settings: Pick<
    QueueSettings,
    'urls' | 'queueType' | 'concurrency' | 'heartbeat' | 'connectTimeout' | 'reconnectDelay'
  >,
  queue: QueueDefinition,
): RmqOptions & { options: NonNullable<RmqOptions['options']> } {
  const plan = workQueuePlan(queue, settings.queueType);
  return {
    transport: Transport.RMQ,
    options: {
      urls: [...settings.urls],
      queue: plan.name,
      noAck: false,
      prefetchCount: queue.concurrency ?? settings.concurrency,
      queueOptions: { durable: plan.durable, arguments: { ...plan.arguments } },
      socketOptions: {
        heartbeatIntervalInSeconds: settings.heartbeat,
        reconnectTimeInSeconds: settings.reconnectDelay / 1_000,
        connectionOptions: { timeout: settings.connectTimeout, noDelay: true },
      },
    },
  };
}
