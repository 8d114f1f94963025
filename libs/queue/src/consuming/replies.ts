import type { Publisher } from '../connection/publisher';
import type { QueueEvents } from '../events';
import { routeTo } from '../topology/routes';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/** RabbitMQ's direct reply queues are no queues to it: a mandatory message is delivered and returned as unroutable. */
const DIRECT_REPLY = 'amq.rabbitmq.reply-to.';

/** Answers Nest's request/response clients, which wait for a packet with the id of theirs. */
export class Replies {
  constructor(
    private readonly publisher: Publisher,
    private readonly timeout: number,
    private readonly events: QueueEvents,
  ) {}

  /**
   * Sends the outcome to whoever waits for it; `true` when somebody was told. A requester that has gone is an event,
   * not a failure of the task.
   */
  async send(delivery: Delivery, outcome: Outcome): Promise<boolean> {
    const { requestId: id } = delivery;
    const { replyTo, correlationId } = delivery.message.properties;
    if (id === undefined || typeof replyTo !== 'string' || replyTo === '') return false;
    if (outcome.kind === 'requeued' || outcome.kind === 'retrying') return false;
    const packet =
      outcome.kind === 'completed'
        ? { id, response: outcome.result, isDisposed: true }
        : { id, err: { status: 'error', message: outcome.error.message }, isDisposed: true };
    try {
      const content = Buffer.from(JSON.stringify(packet));
      const properties = {
        contentType: 'application/json',
        headers: {},
        ...(typeof correlationId === 'string' ? { correlationId, messageId: correlationId } : {}),
      };
      const mandatory = !replyTo.startsWith(DIRECT_REPLY);
      await this.publisher.publish(routeTo(replyTo), { content, properties }, this.timeout, { mandatory });
      return true;
    } catch (error) {
      this.events.emit('reply.failed', {
        ...delivery.facts(),
        why: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
  }
}
