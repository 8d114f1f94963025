import type { ConnectionRole, QueueEvents } from '@app/queue';
import type { BrokerCounts, QueueOperations, WorkQueueCounts } from '@app/queue/operating';
import type { FailureGroups } from '../failures/failure-groups';

/** Whether the broker answers, as the pages tell it. */
export interface BrokerAnswer {
  /** `opening` until it has answered once; `away` when it does not answer any more. */
  readonly state: 'opening' | 'open' | 'away';
  /** `RabbitMQ 3.10.8`. */
  readonly broker?: string;
  /** The node's address without its password. */
  readonly url?: string;
  /** Why it does not answer, or why it takes no tasks. */
  readonly problem?: string;
}

type Operations = Pick<QueueOperations, 'counts' | 'events' | 'registry'>;

/**
 * Milliseconds between two questions for what was not there: the broker closes a channel for each and writes a line into its
 * log, which once a second would be too much of.
 */
const MISSING_AGAIN_MS = 5_000;

/** Asks the broker what its queues hold, and knows at once when it is gone. Keeps the last answer while it is. */
export class BrokerWatch {
  private answer: BrokerAnswer = { state: 'opening' };
  private known: BrokerCounts | undefined;
  private looking: Promise<void> | undefined;
  private askedForAllAt = -Infinity;
  /** Connections of which the broker reads nothing that is published, and why. */
  private readonly blocked = new Map<ConnectionRole, string>();

  /**
   * @param publishing tells of the connections that publish: the broker blocks no other
   * @param failures whether dead letters are in this process's hand: those the broker does not count, and the count before is told meanwhile
   */
  constructor(
    private readonly operations: Operations,
    publishing: QueueEvents,
    private readonly failures: Pick<FailureGroups, 'isLooking' | 'looks'>,
  ) {
    const { events } = operations;
    const away = ({ why }: { why: string }): void => {
      this.answer = { ...this.answer, state: 'away', problem: why };
    };
    events.on('connection.open', ({ url, broker }) => {
      this.answer = { state: 'open', url, broker };
    });
    events.on('connection.lost', away);
    events.on('connection.failed', away);
    publishing.on('connection.blocked', ({ role, why }) => this.blocked.set(role, why));
    publishing.on('connection.unblocked', ({ role }) => this.blocked.delete(role));
    publishing.on('connection.lost', ({ role }) => this.blocked.delete(role));
  }

  get broker(): BrokerAnswer {
    const [why] = this.blocked.values();
    if (this.answer.state !== 'open' || why === undefined) return this.answer;
    return { ...this.answer, problem: `it takes no tasks: ${why}` };
  }

  /** What the queues held when they were last asked; `undefined` before the first answer. */
  get counts(): BrokerCounts | undefined {
    return this.known;
  }

  /** Asks once; several who ask at the same time share the answer. Never rejects. */
  async look(now: number): Promise<void> {
    this.looking ??= this.ask(now).finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async ask(now: number): Promise<void> {
    const isForAll = now - this.askedForAllAt >= MISSING_AGAIN_MS;
    // Without one delay level no worker has been here yet, and there is nothing to see.
    if (!isForAll && this.known?.delayed === undefined) return;
    if (isForAll) this.askedForAllAt = now;
    try {
      const known = this.known?.queues ?? [];
      const missing = isForAll ? [] : known.filter(({ state }) => state !== 'there');
      const { queues: all } = this.operations.registry;
      const asked = all.filter(({ name }) => !missing.some(({ queue }) => queue === name));
      const { isLooking: wasLooking, looks } = this.failures;
      const { queues, ...rest } = await this.operations.counts(asked);
      const isDisturbed = wasLooking || this.failures.looks !== looks; // a look may begin and end in between
      const byName = new Map([...missing, ...queues].map((counts) => [counts.queue, counts]));
      const told = all.flatMap(({ name }) => byName.get(name) ?? []);
      this.known = { ...rest, queues: isDisturbed ? told.map((counts) => withDeadOf(known, counts)) : told };
      const { problem: _over, ...answer } = this.answer;
      this.answer = { ...answer, state: 'open' }; // also when the last question failed, and the connection was never lost
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      // The connection tells its own end better than the question that it ended.
      if (this.answer.state !== 'away') this.answer = { ...this.answer, state: 'away', problem };
      this.askedForAllAt = -Infinity;
    }
  }
}

/** A queue's counts with its dead letters as they were counted before; as they are now where they were not. */
function withDeadOf(before: readonly WorkQueueCounts[], counts: WorkQueueCounts): WorkQueueCounts {
  const { dead = counts.dead } = before.find(({ queue }) => queue === counts.queue) ?? {};
  return { ...counts, dead };
}
