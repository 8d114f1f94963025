import { defineQueue, defineTask, fixed } from '@app/queue';
import type { BatchContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import type { Vhost } from './vhost';
import { TestWorker } from './worker';
import type { WorkerOptions } from './worker';

const queue = defineQueue({ name: 'letters', type: 'classic', concurrency: 8 });
const payload = z.string().min(1);

/** Tasks that are handled in batches: `full` waits for company as good as for ever, the others for a moment. */
export const letters = {
  full: defineTask({ name: 'full', queue, payload, batch: { size: 4, wait: 60_000 } }),
  few: defineTask({
    name: 'few',
    queue,
    payload,
    batch: { size: 4, wait: 700 },
    attempts: 2,
    backoff: fixed(100),
  }),
  timed: defineTask({ name: 'timed', queue, payload, batch: { size: 2, wait: 900 }, timeout: 1_000 }),
};

type LetterTask = (typeof letters)[keyof typeof letters];

/** What a handler of batches was called with. */
export interface Batch {
  readonly payloads: string[];
  readonly context: BatchContext;
}

type Handle = (payloads: string[], context: BatchContext) => unknown;

/** What the handlers do once they have noted their batch (default: nothing), and the worker's options. */
export type StartOptions = [handle?: Handle, options?: Partial<WorkerOptions>];

/** A worker of batches, and those it was handed, in order. */
export class LettersWorker {
  private constructor(
    readonly worker: TestWorker,
    readonly batches: readonly Batch[],
  ) {}

  /** Starts one; close it on the line that starts it. */
  static async start(vhost: Vhost, ...[handle, options]: StartOptions): Promise<LettersWorker> {
    const batches: Batch[] = [];
    @Controller()
    class LettersController {
      @EventPattern(Object.keys(letters))
      note(@Payload() payloads: string[], @Ctx() context: BatchContext): unknown {
        batches.push({ payloads, context });
        return handle?.(payloads, context);
      }
    }
    const tasks = Object.values(letters);
    const started = await TestWorker.start({ urls: [vhost.url], tasks, controllers: [LettersController], ...options });
    return new LettersWorker(started, batches);
  }

  close(): Promise<void> {
    return this.worker.close();
  }
}

export async function addLetters(worker: TestWorker, task: LetterTask, texts: readonly string[]): Promise<void> {
  await worker.queue.addBulk(texts.map((text) => ({ task, payload: text })));
}
