import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from './delivery';

/** Every consumer of this worker. */
export interface Intake {
  /** Resolves when no consumer is left and what was on its way has been handed out. */
  suspend(): Promise<void>;
  resume(): void;
}

/** Which runs are under way in this worker, and how one comes to run with nothing beside it. */
export class Solitude {
  private readonly running = new Set<Delivery>();
  private isTaken = false;
  private changed: Promise<void> = Promise.resolve();
  private tellChange: () => void = () => undefined;

  constructor(private readonly intake: Intake) {
    this.change();
  }

  /** A run may begin: at once, or after the one that runs alone; `false` when its delivery is lost meanwhile. */
  enter(delivery: Delivery): boolean | Promise<boolean> {
    if (this.isTaken) return this.enterLater(delivery);
    this.running.add(delivery);
    return true;
  }

  /** A run has ended, or did not begin after all. */
  leave(delivery: Delivery): void {
    if (this.running.delete(delivery)) this.change();
  }

  /**
   * Does something while nothing else runs or is consumed. Waits for a moment in which the worker is idle, and after
   * `patience` milliseconds makes one: nothing new is taken in until what runs has ended.
   */
  async alone(patience: number, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.idleWithin(patience, signal);
    if (signal.aborted) return;
    this.isTaken = true;
    try {
      await this.intake.suspend();
      while (this.running.size > 0 && !signal.aborted) await this.changed;
      if (!signal.aborted) await work();
    } finally {
      this.isTaken = false;
      this.intake.resume();
      this.change();
    }
  }

  /** Whoever waits for a change looks again: also when the worker stops. */
  change(): void {
    this.tellChange();
    this.changed = new Promise((resolve) => {
      this.tellChange = resolve;
    });
  }

  private async idleWithin(milliseconds: number, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const either = AbortSignal.any([signal, timer.signal]);
    const impatience = delay(milliseconds, true, { signal: either }).catch(() => true);
    let isOver: boolean | void = false;
    while (this.running.size > 0 && isOver !== true) isOver = await Promise.race([this.changed, impatience]);
    timer.abort();
  }

  private async enterLater(delivery: Delivery): Promise<boolean> {
    while (this.isTaken) await this.changed;
    if (delivery.state !== 'open') return false;
    this.running.add(delivery);
    return true;
  }
}
