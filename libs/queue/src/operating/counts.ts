import type { ChannelModel } from '../connection/amqp';
import { lookAtQueues } from '../connection/queue-looks';
import type { QueueLook } from '../connection/queue-looks';
import type { QueueDefinition } from '../define-queue';
import { UNDELIVERED, delayLevels } from '../topology/delay-levels';
import { deadLetterQueueName, quarantineName } from '../topology/names';

/** What the broker holds for one work queue. A number that it does not tell is `undefined`. */
export interface WorkQueueCounts {
  readonly queue: string;
  /** `missing`: nobody has declared it yet. `denied`: the broker does not tell, and `problems` says why. */
  readonly state: QueueLook['state'];
  /** Tasks that wait for a worker. */
  readonly ready: number | undefined;
  /** Subscriptions of workers: one for each worker process that consumes it. */
  readonly consumers: number | undefined;
  /** Tasks in its dead-letter queue that nobody has in hand: who looks or redrives has some, for as long as that takes. */
  readonly dead: number | undefined;
  /** Tasks in its quarantine: suspected of ending workers, each waits for a run alone. */
  readonly quarantined: number | undefined;
  /** Why a number is not there, as sentences. */
  readonly problems: readonly string[];
}

/** What the broker holds for all work queues. */
export interface BrokerCounts {
  readonly queues: readonly WorkQueueCounts[];
  /** Tasks in the delay levels, those of all queues together; `undefined` when no level is there yet. */
  readonly delayed: number | undefined;
  /** Tasks that came due and found no queue. */
  readonly undelivered: number | undefined;
}

/** Counts the queues that are defined, by passive declares: exact, without the management API, and nothing is taken. */
export async function countQueues(
  connection: ChannelModel,
  definitions: readonly QueueDefinition[],
): Promise<BrokerCounts> {
  const levels = delayLevels(true).map(({ queue }) => queue.name);
  const names = definitions.flatMap(({ name }) => [name, deadLetterQueueName(name), quarantineName(name)]);
  const looks = await lookAtQueues(connection, [...names, ...levels, UNDELIVERED]);
  const at = (name: string): QueueLook => looks.get(name) ?? { state: 'missing' };
  return {
    queues: definitions.map(({ name }) =>
      workQueueCounts(name, at(name), at(deadLetterQueueName(name)), at(quarantineName(name))),
    ),
    delayed: sumOf(levels.map(at)),
    undelivered: readyIn(at(UNDELIVERED)),
  };
}

function workQueueCounts(
  queue: string,
  work: QueueLook,
  deadLetters: QueueLook,
  quarantine: QueueLook,
): WorkQueueCounts {
  return {
    queue,
    state: work.state,
    ready: readyIn(work),
    consumers: work.state === 'there' ? work.consumers : undefined,
    dead: readyIn(deadLetters),
    quarantined: readyIn(quarantine),
    problems: [work, deadLetters, quarantine].flatMap((look) => (look.state === 'denied' ? [look.why] : [])),
  };
}

function readyIn(look: QueueLook): number | undefined {
  return look.state === 'there' ? look.ready : undefined;
}

/** Of those that are there. */
function sumOf(looks: readonly QueueLook[]): number | undefined {
  const counts = looks.map(readyIn).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
