import type { Channel, ConsumeMessage } from 'amqplib';
import { closeChannel } from './close-channel';
import { UnsettledTags } from './unsettled-tags';

/** A message as far as settling it needs it. */
interface Delivered {
  readonly fields: { readonly deliveryTag: number };
}

/**
 * A channel that deliveries come on. Their acknowledgements of one turn of the event loop are told together: one `basic.ack`
 * says everything up to its tag when nothing before it is still open. None waits for company: what is acknowledged leaves
 * at the end of the turn.
 */
export class DeliveryChannel {
  private readonly unsettled = new UnsettledTags();
  private acknowledged: number[] = [];
  private hasClosed = false;
  /** The tag of the last delivery; a gap behind it is a message that a handler has fetched for itself on this channel. */
  private lastTag = 0;
  private mayTellTogether = true;
  private readonly flushSoon = (): void => this.flush();

  /** @param amqp just opened */
  constructor(readonly amqp: Channel) {
    amqp.once('close', () => {
      this.hasClosed = true;
    });
  }

  get isClosed(): boolean {
    return this.hasClosed;
  }

  /** To be called once for every delivery, before it is settled. */
  received({ fields: { deliveryTag } }: Delivered): void {
    if (deliveryTag !== this.lastTag + 1) this.mayTellTogether = false;
    this.lastTag = deliveryTag;
    this.unsettled.add(deliveryTag);
  }

  /**
   * Acknowledges a delivery, at the end of this turn at the latest.
   * @throws when the channel has closed
   */
  ack({ fields: { deliveryTag } }: Delivered): void {
    if (this.hasClosed) throw new Error('the channel has closed');
    if (this.unsettled.size === 1) {
      this.unsettled.clear();
      this.tell(deliveryTag, false);
      return;
    }
    if (!this.unsettled.acknowledge(deliveryTag)) this.tell(deliveryTag, false);
    else if (this.acknowledged.push(deliveryTag) === 1) process.nextTick(this.flushSoon);
  }

  /**
   * Gives a delivery back to its queue: by `basic.nack`, because since RabbitMQ 4.3 it does not count towards the delivery
   * limit and `basic.reject` does.
   * @throws when the channel has closed
   */
  requeue({ fields: { deliveryTag } }: Delivered): void {
    this.amqp.nack(tagged(deliveryTag), false, true);
    this.unsettled.delete(deliveryTag);
  }

  /** Closes it, when what was settled has been told. Takes at most two seconds, and never rejects. */
  async close(): Promise<void> {
    this.flush();
    await closeChannel(this.amqp);
  }

  private flush(): void {
    const { acknowledged, unsettled } = this;
    if (acknowledged.length === 0) return;
    this.acknowledged = [];
    if (this.hasClosed) return; // the broker has taken everything back
    try {
      const upTo = this.mayTellTogether ? unsettled.takeAcknowledgedInARow() : undefined;
      if (upTo !== undefined) this.tell(upTo, true);
      for (const tag of acknowledged) if (unsettled.delete(tag)) this.tell(tag, false);
    } catch {
      // Somebody has begun to close the channel: amqplib sends nothing more, and the broker takes everything back.
    }
  }

  private tell(deliveryTag: number, allUpTo: boolean): void {
    this.amqp.ack(tagged(deliveryTag), allUpTo);
  }
}

/** amqplib looks at nothing else of a message that it settles. */
function tagged(deliveryTag: number): ConsumeMessage {
  return { fields: { deliveryTag } } as ConsumeMessage;
}
