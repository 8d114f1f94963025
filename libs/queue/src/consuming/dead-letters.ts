import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import type { Publisher } from '../connection/publisher';
import type { QueueEvents } from '../events';
import { deadLetterMessage } from '../message/dead-letter-message';
import type { QueueSettings } from '../queue.options';
import { deadLetterQueueName } from '../topology/names';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

const worker = `${hostname()}:${process.pid}`;

/**
 * Puts tasks aside without a gap in which they could be lost: a confirmed publish into the dead-letter queue, on the
 * producing connection, and then the ack. A crash between the two leaves the task in both queues, never in none.
 */
export class DeadLetters {
  private postponed = 0;

  constructor(
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout' | 'reconnectDelay'>,
    private readonly events: QueueEvents,
  ) {}

  /** Tasks that wait, unacknowledged, for a dead-letter queue that takes them. */
  get waiting(): number {
    return this.postponed;
  }

  /** Tries until the broker has it or the delivery is no longer ours: lost with its channel, or given back. */
  async put(delivery: Delivery, { reason, error }: Extract<Outcome, { kind: 'dead-lettered' }>): Promise<void> {
    const { queue, attempt } = delivery;
    const facts = { deadLetterId: uuidv7(), reason, error, queue, attempt, worker, time: Date.now() };
    const message = deadLetterMessage(delivery.message, facts);
    let lastFailure: string | undefined;
    while (delivery.state === 'decided') {
      try {
        await this.publisher.publish(deadLetterQueueName(queue), message, this.settings.publishTimeout);
        if (lastFailure !== undefined) this.postponed -= 1;
        const isAcked = delivery.ack();
        this.events.emit('task.dead-lettered', {
          ...delivery.facts(),
          reason,
          error: `${error.name}: ${error.message}`,
        });
        if (!isAcked) this.emitLost(delivery, 'it was put aside, and its delivery was gone before the ack');
        return;
      } catch (failure) {
        const why = failure instanceof Error ? failure.message : String(failure);
        if (lastFailure === undefined) this.postponed += 1;
        if (why !== lastFailure) this.events.emit('dead-letter.postponed', { ...delivery.facts(), why });
        lastFailure = why;
        await delay(this.settings.reconnectDelay);
      }
    }
    if (lastFailure !== undefined) this.postponed -= 1;
    this.emitLost(delivery, 'its delivery was gone before it could be put aside');
  }

  private emitLost(delivery: Delivery, what: string): void {
    this.events.emit('task.lost', { ...delivery.facts(), why: `${what}; the broker hands it out again` });
  }
}
