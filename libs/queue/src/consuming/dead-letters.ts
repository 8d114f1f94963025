import { uuidv7 } from 'uuidv7';
import type { QueueEvents } from '../events';
import { deadLetterMessage } from '../message/dead-letter-message';
import { deadLetterQueueName } from '../topology/names';
import { routeTo } from '../topology/routes';
import { WORKER_NAME } from '../worker-name';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import { failureFacts } from './outcome';
import type { DeadLettered } from './outcome';

/** Puts tasks aside with the reason. */
export class DeadLetters {
  constructor(
    private readonly handover: Handover,
    private readonly events: QueueEvents,
    private readonly now: () => number = Date.now,
  ) {}

  async put(delivery: Delivery, outcome: DeadLettered): Promise<void> {
    const { reason, error } = outcome;
    const { queue, attempt } = delivery;
    const time = this.now();
    const lastFailureTime = isFailure(outcome) ? time : delivery.lastFailureTime;
    const message = deadLetterMessage(delivery.message, {
      deadLetterId: uuidv7(),
      id: delivery.stated?.id,
      reason,
      error,
      queue,
      attempt,
      worker: WORKER_NAME,
      firstFailureTime: delivery.firstFailureTime ?? lastFailureTime,
      lastFailureTime,
      time,
    });
    const route = routeTo(deadLetterQueueName(queue));
    const end = await this.handover.moveOn('dead-letter', delivery, route, message, 'its dead-letter queue');
    const facts = delivery.facts();
    if (end !== 'lost') this.events.emit('task.dead-lettered', { ...facts, reason, ...failureFacts(delivery, error) });
    if (end === 'doubled')
      this.events.emit('task.lost', {
        ...facts,
        why: 'it was put aside, and its delivery was gone before the ack; the broker hands it out again',
      });
    if (end === 'lost') this.events.emit('task.lost', { ...facts, why: whyNotPutAside(delivery) });
  }
}

/** Whether something has failed just now. A task that expires has failed when there was no time for its next attempt. */
function isFailure({ reason, error }: DeadLettered): boolean {
  return reason !== 'crash-loop' && (reason !== 'expired' || error.name !== 'ExpiredError');
}

function whyNotPutAside(delivery: Delivery): string {
  return delivery.wasAckedBefore
    ? 'it had been acknowledged before its run, and the worker stopped before it could be put aside: it is gone'
    : 'its delivery was gone before it could be put aside; the broker hands it out again';
}
