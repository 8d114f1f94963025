import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerConnection } from '../connection/broker-connection';
import type { Publisher } from '../connection/publisher';
import { QueueBrowser } from '../connection/queue-browser';
import type { QueueEvents } from '../events';
import { republished } from '../message/republished';
import type { QueueSettings } from '../queue.options';
import { UNDELIVERED, queueOfDelayed } from '../topology/delay-levels';
import { routeTo } from '../topology/routes';
import { recordError } from './outcome';

/** Milliseconds after which a task that found no queue a moment ago has arrived where such tasks are kept. */
const SECOND_LOOK = 5_000;

/** Milliseconds between later looks: workers that look at once hide the messages from each other. Doubled up to the second. */
const FIRST_REST = 60_000;
const LONGEST_REST = 15 * 60_000;

/**
 * Fetches the delayed tasks of this worker's queues that came due while there was no queue of that name: somebody had
 * deleted it. A confirmed publish into the queue, and then the ack; a crash in between leaves the task in both places.
 */
export class Undelivered {
  private readonly stopping = new AbortController();
  private readonly queues = new Set<string>();
  private woken = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout'>,
    private readonly events: QueueEvents,
  ) {}

  /** This queue is consumed, for the first time or again: looks now, a moment later, and from time to time. */
  fetch(queue: string): void {
    this.queues.add(queue);
    this.woken.abort();
    this.loop ??= this.lookAgainAndAgain();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async lookAgainAndAgain(): Promise<void> {
    let rest = SECOND_LOOK;
    while (!this.stopping.signal.aborted) {
      this.woken = new AbortController();
      const { woken } = this;
      const hasFetched = await this.look();
      if (hasFetched) rest = SECOND_LOOK;
      const signal = AbortSignal.any([woken.signal, this.stopping.signal]);
      await delay(rest * (1 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      rest = woken.signal.aborted ? SECOND_LOOK : Math.min(Math.max(rest * 2, FIRST_REST), LONGEST_REST);
    }
  }

  private async look(): Promise<boolean> {
    const moved = new Map<string, number>();
    let browser: QueueBrowser | undefined;
    try {
      browser = await QueueBrowser.open(this.connection, UNDELIVERED, this.settings.publishTimeout);
      await this.moveFrom(browser, moved);
      if (browser.isCutOff) this.postpone(`more than ${browser.total} tasks of other queues stand before them`);
    } catch (error) {
      // Without a connection nothing is said of it: the consumer tells, and everything begins anew when it is back.
      if (this.connection.state === 'open') this.postpone(recordError(error).message);
    }
    await browser?.close();
    for (const [queue, tasks] of moved) this.events.emit('undelivered.fetched', { queue, tasks });
    return moved.size > 0;
  }

  private async moveFrom(browser: QueueBrowser, moved: Map<string, number>): Promise<void> {
    const { publishTimeout } = this.settings;
    while (!this.stopping.signal.aborted) {
      const message = await browser.next();
      if (message === undefined) return;
      const queue = queueOfDelayed(message.fields.routingKey);
      if (queue === undefined || !this.queues.has(queue)) continue;
      await this.publisher.publish(routeTo(queue), republished(message, {}), publishTimeout);
      await browser.remove(message);
      moved.set(queue, (moved.get(queue) ?? 0) + 1);
    }
  }

  private postpone(why: string): void {
    this.events.emit('undelivered.postponed', { why });
  }
}
