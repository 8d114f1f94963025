import type { QueueDefinition, QueueType } from '../define-queue';

/** What a broker says of itself when it is connected to. */
export interface BrokerIdentity {
  readonly product: string;
  readonly version: string;
}

/** The most levels of priority that a quorum queue has (RabbitMQ 4.3: 0 to 31). */
const QUORUM_MAX_PRIORITY = 31;

/**
 * Why the broker cannot give this queue the priorities it is defined with; `undefined` when it can. A classic queue has
 * them everywhere. A quorum queue has them from RabbitMQ 4.0 on (two levels, 4 and 5 apart; 32 from 4.3 on); an older one
 * would take the tasks and ignore their priorities in silence. LavinMQ makes a durable queue of a quorum queue, without them.
 */
export function missingPrioritySupport(
  queue: QueueDefinition,
  defaultType: QueueType,
  { product, version }: BrokerIdentity,
): string | undefined {
  const { name, maxPriority, type = defaultType } = queue;
  if (maxPriority === undefined || type === 'classic') return undefined;
  const remedy = 'Define it with type classic, or without maxPriority.';
  if (product !== 'RabbitMQ' || Number.parseInt(version, 10) < 4) {
    return `Queue "${name}": ${product} ${version} has no priorities on quorum queues (RabbitMQ has them from 4.0 on). ${remedy}`;
  }
  if (maxPriority <= QUORUM_MAX_PRIORITY) return undefined;
  return `Queue "${name}": a quorum queue has priorities from 0 to ${QUORUM_MAX_PRIORITY}, and maxPriority is ${maxPriority}. ${remedy}`;
}
