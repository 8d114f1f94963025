import { uuidv7 } from 'uuidv7';
import type { QueueEvents } from '../events';
import { postponedMessage, retryMessage } from '../message/retry-message';
import { MAX_DELAY_MS, delayRoute } from '../topology/delay-levels';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import { failureFacts } from './outcome';
import type { Retry } from './outcome';

/** Sends failed tasks into the delay levels, from where they come back to their queue as their next attempt. */
export class Retries {
  constructor(
    private readonly handover: Handover,
    private readonly events: QueueEvents,
    private readonly now: () => number = Date.now,
  ) {}

  async put(delivery: Delivery, retry: Retry): Promise<void> {
    const { attempt, delay, error, expiresAt } = retry;
    const now = this.now();
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
    const route = delayRoute(delay, delivery.queue);
    const end = await this.handover.moveOn('retry', delivery, route, message, 'its next attempt');
    const facts = delivery.facts();
    if (end !== 'lost')
      this.events.emit('task.retrying', { ...facts, nextAttempt: attempt, delay, ...failureFacts(delivery, error) });
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

  /** No run of it may begin before `until`, in milliseconds since 1970: it waits as what is added with a delay does. No attempt is counted. */
  async postpone(delivery: Delivery, until: number): Promise<void> {
    const delay = Math.min(Math.max(1, until - this.now()), MAX_DELAY_MS); // what is later is put off once more then
    const message = postponedMessage(delivery.message, delivery.id ?? uuidv7());
    const route = delayRoute(delay, delivery.queue);
    const end = await this.handover.move(delivery, route, message, 'where it waits for its time');
    const facts = delivery.facts();
    if (end !== 'lost') this.events.emit('task.postponed', { ...facts, delay });
    if (end !== 'moved') {
      const why =
        'it was to wait for its time, and its delivery was gone before the ack; the broker hands it out again';
      this.events.emit('task.lost', { ...facts, why });
    }
  }
}
