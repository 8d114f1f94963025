import { setTimeout as delay } from 'node:timers/promises';
import { closeChannel, withinReason } from '../connection/close-channel';
import type { QuarantineReader } from '../connection/quarantine-reader';
import type { Channel, ConsumeMessage } from '../connection/amqp';
import { quarantineName } from '../topology/names';
import type { Solitude } from './solitude';

/** Milliseconds between two looks into the quarantines, and as much again at random, so that workers do not look together. */
const LOOK_EVERY = 1_000;

/** Milliseconds a busy worker is given to become idle by itself before it takes in nothing new for a suspect's sake. */
const PATIENCE = 30_000;

/** Suspects that are run one after the other before others have their turn again. */
const MOST_AT_A_TIME = 20;

/** Runs a message as a task of its queue; resolves when the run has ended. */
export type RunAlone = (message: ConsumeMessage, channel: Channel) => Promise<void>;

/**
 * Runs the tasks that are suspected of ending their workers, one at a time, in a worker that does nothing else and has no
 * other task in its hand: a crash is then the task's own doing, and whoever was only beside the culprit completes.
 */
export class Quarantine {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly queues: ReadonlyMap<string, RunAlone>,
    private readonly reader: QuarantineReader,
    private readonly solitude: Solitude,
  ) {}

  start(): void {
    this.loop = this.lookAgainAndAgain();
  }

  /** Looks no more. A suspect that runs is stopped as every task is. */
  stop(): void {
    this.stopping.abort();
    this.solitude.change();
  }

  /** Resolves when the last look has ended, or is waited for no longer: a silent broker answers nothing. */
  ended(): Promise<void> {
    return withinReason(this.loop);
  }

  private async lookAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      for (const [queue, run] of this.queues) {
        if (!signal.aborted && (await this.reader.count(quarantineName(queue))) > 0) await this.visit(queue, run);
      }
      await delay(LOOK_EVERY * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  private visit(queue: string, run: RunAlone): Promise<void> {
    const { signal } = this.stopping;
    return this.solitude.alone(
      PATIENCE,
      async () => {
        for (let left = MOST_AT_A_TIME; left > 0 && !signal.aborted; left -= 1) {
          const taken = await this.reader.take(quarantineName(queue));
          if (taken === undefined) return;
          await run(taken.message, taken.channel);
          await closeChannel(taken.channel);
        }
      },
      signal,
    );
  }
}
