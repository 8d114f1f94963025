import { BroadcastChannel } from 'node:worker_threads';
import { Controller, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Work } from '../trial';
import { TASK } from '../payload';
import { wallClock } from '../stopwatch';
import { spinner } from '../spinning';

/** The channel on which threads tell their worker of each run: when it began and ended. */
export const RUNS = 'bench.runs';

/** Spends the processor time of its thread. */
@Controller()
class SpinningController implements OnModuleDestroy {
  private readonly runs = new BroadcastChannel(RUNS);
  private readonly spin = spinner();

  @EventPattern<string>(TASK)
  run(@Payload() { milliseconds }: Work): void {
    const from = wallClock();
    this.spin(milliseconds);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel among threads, not a window
    this.runs.postMessage({ from, to: wallClock() });
  }

  onModuleDestroy(): void {
    this.runs.close();
  }
}

/** What lives in each thread of the worker. */
@Module({ controllers: [SpinningController] })
export class SpinningModule {}
