import type { QueueDefinition, QueueType } from '../define-queue';
import { UNDELIVERED } from './delay-levels';
import { deadLetterQueueName, quarantineName } from './names';

/** One queue as it is declared. Every queue of Warren's own is durable. */
export interface QueuePlan {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete?: boolean;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/**
 * A task that was handed out 21 times without an outcome goes to the dead-letter queue by the broker's own hand. It is
 * the net below Warren's own counting, and RabbitMQ's default from 4.0 on; 3.10 has none unless told.
 */
export const DELIVERY_LIMIT = 20;

/**
 * How a work queue is declared.
 *
 * - `classic`: no arguments at all, so that it is the same queue that the RabbitMQ tutorial's programs declare; only
 *   `maxPriority` is one.
 * - `quorum`: replicated; what the broker itself gives up on goes to the dead-letter queue, at least once, which needs
 *   `reject-publish` (https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering).
 *
 * One that is `declaredAs` another program's is declared exactly so.
 */
export function workQueuePlan(queue: QueueDefinition, defaultType: QueueType): QueuePlan {
  const { declaredAs } = queue;
  if (declaredAs !== undefined && declaredAs !== false) {
    const { durable = true, autoDelete = false, arguments: given = {} } = declaredAs;
    return { name: queue.name, durable, autoDelete, arguments: given };
  }
  if ((queue.type ?? defaultType) === 'classic') {
    const { maxPriority } = queue;
    return {
      name: queue.name,
      durable: true,
      arguments: maxPriority === undefined ? {} : { 'x-max-priority': maxPriority },
    };
  }
  return {
    name: queue.name,
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': deadLetterQueueName(queue.name),
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}

/**
 * So many returns that nobody reaches it. A dead-letter queue is looked through by taking messages and giving them back,
 * which counts on RabbitMQ before 4.3: without a limit 3.10 puts them at the end, and 4.x drops them after 20 returns.
 */
export const NO_DELIVERY_LIMIT = 2_147_483_647;

/** How the dead-letter queue of a work queue is declared: the same type, nothing that could drop or move a message. */
export function deadLetterQueuePlan(queue: QueueDefinition, defaultType: QueueType): QueuePlan {
  return keepingPlan(deadLetterQueueName(queue.name), queue, defaultType);
}

/** How the quarantine of a work queue is declared: as its dead-letter queue is. */
export function quarantinePlan(queue: QueueDefinition, defaultType: QueueType): QueuePlan {
  return keepingPlan(quarantineName(queue.name), queue, defaultType);
}

/** How the queue of what found no queue after its delay is declared. */
export function undeliveredPlan(isReplicated: boolean): QueuePlan {
  const replicated = { 'x-queue-type': 'quorum', 'x-delivery-limit': NO_DELIVERY_LIMIT };
  return { name: UNDELIVERED, durable: true, arguments: isReplicated ? replicated : {} };
}

function keepingPlan(name: string, queue: QueueDefinition, defaultType: QueueType): QueuePlan {
  const isQuorum = (queue.type ?? defaultType) === 'quorum';
  const replicated = { 'x-queue-type': 'quorum', 'x-delivery-limit': NO_DELIVERY_LIMIT };
  return { name, durable: true, arguments: isQuorum ? replicated : {} };
}
