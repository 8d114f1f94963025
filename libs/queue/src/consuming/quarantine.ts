import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumeMessage } from '../connection/amqp';
import { withinReason } from '../connection/close-channel';
import type { DeliveryChannel } from '../connection/delivery-channel';
import type { QuarantineReader } from '../connection/quarantine-reader';
import type { QueueEvents } from '../events';
import { quarantineName } from '../topology/names';
import { recordError } from './outcome';

/** When a worker looks into the quarantines. Milliseconds. */
export interface QuarantinePace {
  /** Between two looks, and as much again at random, so that workers do not look together. */
  readonly lookEvery: number;
  /** What a busy worker is given to become idle by itself, and then as much again in which it takes in nothing new. */
  readonly patience: number;
  /** Until a worker that did not become idle tries again; doubled each time, up to the second. */
  readonly firstRest: number;
  readonly longestRest: number;
}

const PACE: QuarantinePace = { lookEvery: 1_500, patience: 30_000, firstRest: 60_000, longestRest: 15 * 60_000 };

/** Suspects that are run one after the other before others have their turn again. */
const MOST_AT_A_TIME = 20;

/** Every consumer of this worker. */
export interface Intake {
  /** The queues of which tasks may be taken in now. */
  readonly takenFrom: readonly string[];
  /** Resolves when no consumer is left and what was on its way has been handed out. */
  suspend(): Promise<void>;
  resume(): void;
}

/** What this worker has in its hand. */
export interface Work {
  /** Whether everything has ended within so many milliseconds: what runs, what waits, and runs that outlast their timeout. */
  isIdleWithin(milliseconds: number, sooner: AbortSignal): Promise<boolean>;
  /** Runs a message as a task of its queue; resolves when the run has ended. */
  runAlone(queue: string, message: ConsumeMessage, channel: DeliveryChannel): Promise<void>;
}

/**
 * Runs the tasks that are suspected of ending their workers, one at a time, in a worker that does nothing else and has no
 * other task in its hand: a crash is then the task's own doing, and whoever was only beside the culprit completes.
 */
export class Quarantine {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private rest: number;
  private restsUntil = 0;
  private told: string | undefined;

  constructor(
    private readonly reader: QuarantineReader,
    private readonly intake: Intake,
    private readonly work: Work,
    private readonly events: QueueEvents,
    private readonly pace = PACE,
  ) {
    this.rest = pace.firstRest;
  }

  start(): void {
    this.loop = this.lookAgainAndAgain();
  }

  /** Looks no more. A suspect that runs is stopped as every task is. */
  stop(): void {
    this.stopping.abort();
  }

  /** Resolves when the last look has ended, or is waited for no longer: a silent broker answers nothing. */
  ended(): Promise<void> {
    return withinReason(this.loop);
  }

  private async lookAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await delay(this.pace.lookEvery * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
      for (const queue of this.intake.takenFrom) {
        if (!signal.aborted && performance.now() >= this.restsUntil) await this.look(queue);
      }
    }
  }

  private async look(queue: string): Promise<void> {
    try {
      if (!(await this.hasSuspects(queue))) return;
      // A moment between two tasks is found sooner than it is made.
      await this.work.isIdleWithin(this.pace.patience, this.stopping.signal);
      if (await this.hasSuspects(queue)) await this.visit(queue); // another worker may have been faster
    } catch (error) {
      this.postpone(queue, recordError(error).message);
    }
  }

  private async hasSuspects(queue: string): Promise<boolean> {
    return !this.stopping.signal.aborted && (await this.reader.count(quarantineName(queue))) > 0;
  }

  private async visit(queue: string): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.intake.suspend();
      if (!(await this.work.isIdleWithin(this.pace.patience, signal))) {
        if (!signal.aborted) this.postpone(queue, 'this worker is at work without a pause');
        return;
      }
      this.rest = this.pace.firstRest;
      this.told = undefined;
      for (let left = MOST_AT_A_TIME; left > 0 && !signal.aborted && this.intake.takenFrom.includes(queue); left -= 1) {
        const taken = await this.reader.take(quarantineName(queue));
        if (taken === undefined) return;
        await this.work.runAlone(queue, taken.message, taken.channel);
        await taken.channel.close();
        if (!(await this.work.isIdleWithin(0, signal))) return; // it outlasts its timeout, and would be beside the next one
      }
    } finally {
      this.intake.resume();
    }
  }

  private postpone(queue: string, why: string): void {
    this.restsUntil = performance.now() + this.rest;
    this.rest = Math.min(this.rest * 2, this.pace.longestRest);
    if (why !== this.told) this.events.emit('quarantine.postponed', { queue, why });
    this.told = why;
  }
}
