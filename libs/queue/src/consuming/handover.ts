import { setTimeout as delay } from 'node:timers/promises';
import type { Publisher } from '../connection/publisher';
import { ToldReasons } from '../connection/told-reasons';
import type { QueueEvents } from '../events';
import type { OutgoingMessage } from '../message/message';
import type { QueueSettings } from '../queue.options';
import type { Route } from '../topology/routes';
import { noTracing } from '../tracing';
import type { Moving, Tracing } from '../tracing';
import type { Delivery } from './delivery';
import { recordError } from './outcome';

/** `moved`: kept elsewhere and acknowledged. `doubled`: kept elsewhere, and the broker hands it out again too. `lost`: handed out again. */
export type HandoverEnd = 'moved' | 'doubled' | 'lost';

/**
 * Moves a task to another place without a gap in which it could be lost: a confirmed publish on the producing
 * connection, and then the ack. A crash between the two leaves the task in both places, never in none.
 */
export class Handover {
  private readonly postponed = new Set<Delivery>();

  constructor(
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout' | 'reconnectDelay'>,
    private readonly events: QueueEvents,
    private readonly tracing: Tracing = noTracing,
  ) {}

  /** Tasks that wait, unacknowledged, for the broker to take them at their next place. */
  get waiting(): number {
    return this.postponed.size;
  }

  /**
   * Tries until the broker has it, or the delivery is no longer ours: lost with its channel, or given back.
   * @param place what the next place is, for people
   */
  async move(delivery: Delivery, route: Route, message: OutgoingMessage, place: string): Promise<HandoverEnd> {
    const toldReasons = new ToldReasons();
    try {
      while (delivery.isOurs && !this.publisher.isClosed) {
        try {
          await this.publisher.publish(route, message, this.settings.publishTimeout);
          return delivery.wasAckedBefore || delivery.ack() ? 'moved' : 'doubled';
        } catch (failure) {
          this.postponed.add(delivery);
          const { name, message: why } = recordError(failure);
          // By its class: the message may tell how long this try has waited.
          if (toldReasons.isNews(name)) this.events.emit('handover.postponed', { ...delivery.facts(), place, why });
          await delay(this.settings.reconnectDelay);
        }
      }
      return 'lost';
    } finally {
      this.postponed.delete(delivery);
    }
  }

  /** The same, of a task whose run failed or that cannot be run: what its trace shows. */
  moveOn(as: Moving, delivery: Delivery, route: Route, message: OutgoingMessage, place: string): Promise<HandoverEnd> {
    if (!this.tracing.isOn) return this.move(delivery, route, message, place);
    return this.tracing.move(as, delivery, message, (traced) => this.move(delivery, route, traced, place));
  }
}
