import { uuidv7 } from 'uuidv7';
import type { QueueEvents } from '../events';
import { retryMessage } from '../message/retry-message';
import { delayRoute } from '../topology/delay-levels';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import type { Retry } from './outcome';

/** Sends failed tasks into the delay levels, from where they come back to their queue as their next attempt. */
export class Retries {
  constructor(
    private readonly handover: Handover,
    private readonly events: QueueEvents,
  ) {}

  async put(delivery: Delivery, retry: Retry): Promise<void> {
    const { attempt, delay, error, expiresAt } = retry;
    const now = Date.now();
    const firstFailureTime = delivery.firstFailureTime ?? now;
    const id = delivery.id ?? uuidv7();
    const message = retryMessage(delivery.message, {
      id,
      attempt,
      delay,
      error,
      firstFailureTime,
      lastFailureTime: now,
      expiresAt,
    });
    const end = await this.handover.move(delivery, delayRoute(delay, delivery.queue), message, 'its next attempt');
    const facts = delivery.facts();
    if (end !== 'lost')
      this.events.emit('task.retrying', {
        ...facts,
        nextAttempt: attempt,
        delay,
        error: `${error.name}: ${error.message}`,
      });
    if (end === 'doubled')
      this.events.emit('task.lost', {
        ...facts,
        why: 'it waits for its next attempt, and its delivery was gone before the ack; the broker hands it out again',
      });
    if (end === 'lost')
      this.events.emit('task.lost', {
        ...facts,
        why: 'its delivery was gone before it could wait for its next attempt; the broker hands it out again',
      });
  }
}
