import type { QueueEvents } from '../events';
import { header, numberHeader } from '../message/headers';
import { republished } from '../message/republished';
import { delayRoute } from '../topology/delay-levels';
import { crashCountOf } from './crash-count';
import type { DeadLetters } from './dead-letters';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import { putAside } from './outcome';

/** Every consumer of this worker. */
export interface Intake {
  /** Resolves when no consumer is left and what was on its way has been handed out. */
  suspend(): Promise<void>;
  resume(): void;
}

/** After so many runs without an outcome a task is suspected, and runs alone: a crash is then its own doing. */
const SUSPECTED_FROM = 2;

/** A suspect that finds others at work comes back so much later: this in milliseconds, doubled each time. */
const FIRST_WAIT_MS = 500;

/** A worker that is never idle: after so many waits a suspect holds its place, and nothing new is taken in before it has run. */
const MAX_WAITS = 6;

/**
 * Puts a task aside that ends its worker again and again, and only that one. A crash counts against every task that was in
 * the worker's hand; so a task that was there twice runs alone from then on: nothing is consumed, nothing else runs, and
 * what else is suspected goes back to wait. Whoever was only beside the culprit completes then.
 */
export class CrashWatch {
  private readonly running = new Set<Delivery>();
  private readonly moving = new Set<Delivery>();
  private alone: Delivery | undefined;
  private changed: Promise<void> = Promise.resolve();
  private tellChange: () => void = () => undefined;
  private readonly suspectedFrom: number;

  constructor(
    private readonly limit: number,
    private readonly deadLetters: DeadLetters,
    private readonly handover: Handover,
    private readonly intake: Intake,
    private readonly events: QueueEvents,
  ) {
    this.suspectedFrom = Math.max(1, Math.min(SUSPECTED_FROM, limit - 1));
    this.expectChange();
  }

  /** Whether the delivery's run may begin, at once or later; `false` when it has got another end. */
  admit(delivery: Delivery): boolean | Promise<boolean> {
    const { count, isRecorded } = delivery.isExcused ? { count: 0, isRecorded: true } : crashCountOf(delivery.message);
    if (count === 0 && this.alone === undefined) {
      this.running.add(delivery);
      return true;
    }
    if (count >= this.limit) return this.condemn(delivery, count);
    if (!isRecorded) return this.putBack(delivery, 0, { [header.crashes]: count });
    return count < this.suspectedFrom ? this.besideOthers(delivery) : this.isolate(delivery, count);
  }

  /** Its run has ended, or did not begin after all. */
  leave(delivery: Delivery): void {
    this.running.delete(delivery);
    if (this.alone === delivery) {
      this.alone = undefined;
      this.intake.resume();
    }
    this.tellChange();
    this.expectChange();
  }

  private async condemn(delivery: Delivery, count: number): Promise<false> {
    if (!delivery.decide('dead-letter')) return false;
    const message =
      `It was handed out ${count} times and no run of it ended: its worker died, was cut off or was stopped in the ` +
      `middle of it, or its handler gave it back (the limit is ${this.limit}, CRASH_LIMIT).`;
    await this.deadLetters.put(delivery, putAside('crash-loop', 'CrashLoopError', message));
    return false;
  }

  private async besideOthers(delivery: Delivery): Promise<boolean> {
    while (this.alone !== undefined) await this.changed;
    if (delivery.state !== 'open') return false;
    this.running.add(delivery);
    return true;
  }

  private async isolate(delivery: Delivery, count: number): Promise<boolean> {
    const waits = numberHeader(delivery.message.properties.headers, header.crashWaits) ?? 0;
    const isIdle = this.alone === undefined && this.running.size === 0;
    if (!isIdle && waits < MAX_WAITS) {
      const headers = { [header.crashes]: count, [header.crashWaits]: waits + 1 };
      return this.putBack(delivery, FIRST_WAIT_MS * 2 ** waits, headers);
    }
    while (this.alone !== undefined) await this.changed;
    this.alone = delivery;
    await this.intake.suspend();
    while (this.running.size + this.moving.size > 0 && delivery.state === 'open') await this.changed;
    if (delivery.state !== 'open') {
      this.leave(delivery);
      return false;
    }
    this.events.emit('task.isolated', { ...delivery.facts(), crashes: count });
    this.running.add(delivery);
    return true;
  }

  /** As a new message, because what the broker counts or forgets is then known from a header. */
  private async putBack(delivery: Delivery, delay: number, headers: Record<string, number>): Promise<false> {
    if (!delivery.decide('put back')) return false;
    this.moving.add(delivery);
    try {
      const message = republished(delivery.message, headers);
      await this.handover.move(delivery, delayRoute(delay, delivery.queue), message, 'its queue');
      return false;
    } finally {
      this.moving.delete(delivery);
      this.tellChange();
      this.expectChange();
    }
  }

  private expectChange(): void {
    this.changed = new Promise((resolve) => {
      this.tellChange = resolve;
    });
  }
}
