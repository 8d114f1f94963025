import { hostname } from 'node:os';
import { uuidv7 } from 'uuidv7';
import type { QueueEvents } from '../events';
import { deadLetterMessage } from '../message/dead-letter-message';
import { deadLetterQueueName } from '../topology/names';
import { routeTo } from '../topology/routes';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import type { DeadLettered } from './outcome';

const worker = `${hostname()}:${process.pid}`;

/** Puts tasks aside with the reason. */
export class DeadLetters {
  constructor(
    private readonly handover: Handover,
    private readonly events: QueueEvents,
  ) {}

  async put(delivery: Delivery, outcome: DeadLettered): Promise<void> {
    const { reason, error } = outcome;
    const { queue, attempt } = delivery;
    const time = Date.now();
    const lastFailureTime = isFailure(outcome) ? time : delivery.lastFailureTime;
    const message = deadLetterMessage(delivery.message, {
      deadLetterId: uuidv7(),
      reason,
      error,
      queue,
      attempt,
      worker,
      firstFailureTime: delivery.firstFailureTime ?? lastFailureTime,
      lastFailureTime,
      time,
    });
    const end = await this.handover.move(
      delivery,
      routeTo(deadLetterQueueName(queue)),
      message,
      'its dead-letter queue',
    );
    const facts = delivery.facts();
    if (end !== 'lost')
      this.events.emit('task.dead-lettered', { ...facts, reason, error: `${error.name}: ${error.message}` });
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
