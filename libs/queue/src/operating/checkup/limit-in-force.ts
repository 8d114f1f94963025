import type { QueueDefinition } from '../../define-queue';
import { workQueuePlan } from '../../topology/queue-arguments';
import type { QueuePlan } from '../../topology/queue-arguments';
import type { Examined } from './examined';

/**
 * What the broker goes by: the smaller of a queue's argument and its policies' value. A negative one is no limit.
 * @returns `undefined` where neither says anything, as far as was asked
 */
export function limitInForce(
  examined: Examined,
  { name, arguments: planned }: Pick<QueuePlan, 'name' | 'arguments'>,
  limit: 'delivery-limit' | 'consumer-timeout',
): number | undefined {
  const { management } = examined;
  const there = typeof management === 'string' ? undefined : management.queues?.find((queue) => queue.name === name);
  const said = [(there?.arguments ?? planned)[`x-${limit}`], there?.effective_policy_definition?.[limit]];
  const limits = said.filter((value): value is number => typeof value === 'number' && value >= 0);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** A work queue as it is declared; of one that another program declares nothing is known but its name. */
export function declaredPlan(
  { settings: { queueType } }: Examined,
  queue: QueueDefinition,
): Pick<QueuePlan, 'name' | 'arguments'> {
  return queue.declaredAs === false ? { name: queue.name, arguments: {} } : workQueuePlan(queue, queueType);
}

/** Whether the policies are known. */
export function arePoliciesKnown({ management }: Examined): boolean {
  return typeof management !== 'string' && management.queues !== undefined;
}
