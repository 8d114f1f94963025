import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerConnection } from '../connection/broker-connection';
import type { Publisher } from '../connection/publisher';
import { QueueBrowser } from '../connection/queue-browser';
import type { QueueEvents } from '../events';
import { republished } from '../message/republished';
import type { QueueSettings } from '../queue.options';
import { UNDELIVERED, queueOfDelayed } from '../topology/delay-levels';
import { routeTo } from '../topology/routes';

/** Milliseconds after which a task that found no queue a moment ago has arrived where such tasks are kept. */
const SECOND_LOOK = 5_000;

/**
 * Fetches the delayed tasks of a queue that came due while there was no queue of that name: somebody had deleted it. A
 * confirmed publish into the queue, and then the ack; a crash in between leaves the task in both places.
 */
export class Undelivered {
  private readonly stopping = new AbortController();
  private readonly looking = new Set<string>();

  constructor(
    private readonly connection: BrokerConnection,
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout'>,
    private readonly events: QueueEvents,
  ) {}

  /** Looks now and once more, because the last ones may still be on their way. Never rejects. */
  async fetch(queue: string): Promise<void> {
    if (this.looking.has(queue)) return;
    this.looking.add(queue);
    await this.lookFor(queue);
    await delay(SECOND_LOOK, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    if (!this.stopping.signal.aborted) await this.lookFor(queue);
    this.looking.delete(queue);
  }

  stop(): void {
    this.stopping.abort();
  }

  private async lookFor(queue: string): Promise<void> {
    let moved = 0;
    let browser: QueueBrowser | undefined;
    try {
      browser = await QueueBrowser.open(this.connection, UNDELIVERED, this.settings.publishTimeout);
      for (let left = browser.total; left > 0 && !this.stopping.signal.aborted; left -= 1) {
        const message = await browser.next();
        if (message === undefined) break;
        if (queueOfDelayed(message.fields.routingKey) !== queue) continue;
        const again = republished(message, {});
        await this.publisher.publish(routeTo(queue), again, this.settings.publishTimeout);
        await browser.remove(message);
        moved += 1;
      }
    } catch (error) {
      // Without a connection nothing is said of it: the consumer tells, and everything begins anew when it is back.
      const why = error instanceof Error ? error.message : String(error);
      if (this.connection.state === 'open') this.events.emit('undelivered.postponed', { queue, why });
    } finally {
      await browser?.close();
      if (moved > 0) this.events.emit('undelivered.fetched', { queue, tasks: moved });
    }
  }
}
