import { BroadcastChannel } from 'node:worker_threads';
import { Controller, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Work } from '../job';
import { TASK } from '../payload';
import { wallClock } from '../stopwatch';
import { threadClock } from '../thread-clock';

/** The channel on which threads tell their worker of each run: when it began and ended. */
export const RUNS = 'bench.runs';

/** Steps of arithmetic between two looks at the clock: each look leaves garbage, whose collection takes other threads' time. */
const STEPS = 20_000;

/** Spends the processor time of its thread. */
@Controller()
class SpinningController implements OnModuleDestroy {
  private readonly runs = new BroadcastChannel(RUNS);
  private readonly spent = threadClock();
  private sum = 1;

  @EventPattern<string>(TASK)
  spin(@Payload() { milliseconds }: Work): void {
    const from = wallClock();
    const end = this.spent() + milliseconds;
    while (this.spent() < end) this.sum = stepsFrom(this.sum);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel among threads, not a window
    this.runs.postMessage({ from, to: wallClock() });
  }

  onModuleDestroy(): void {
    this.runs.close();
  }
}

function stepsFrom(start: number): number {
  let sum = start;
  for (let step = 0; step < STEPS; step += 1) sum = (Math.imul(sum, 31) + step) | 0;
  return sum;
}

/** What lives in each thread of the worker. */
@Module({ controllers: [SpinningController] })
export class SpinningModule {}
