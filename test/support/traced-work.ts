import { BatchContext, RetryLater, TaskContext, TaskQueue, defineQueue, defineTask, fixed } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 10, backoff: fixed(100) });
const payload = z.string();

/** Tasks of which one does each thing that a trace tells. */
export const traced = {
  /** Fails at first, and adds `child` then. */
  parent: defineTask({ name: 'parent', queue, payload, attempts: 2 }),
  child: defineTask({ name: 'child', queue, payload }),
  fails: defineTask({ name: 'fails', queue, payload }),
  overruns: defineTask({ name: 'overruns', queue, payload, timeout: 100 }),
  /** Is put off by its handler, once. */
  putOff: defineTask({ name: 'put-off', queue, payload }),
  /** Adds `child`; the one that says `fails` fails at first. */
  together: defineTask({ name: 'together', queue, payload, attempts: 2, batch: { size: 2, wait: 3_000 } }),
};

/** Does so, and notes the headers of each run of `child` and `fails`. */
@Controller()
export class TracedController {
  static headers: Readonly<Record<string, unknown>>[] = [];

  constructor(private readonly tasks: TaskQueue) {}

  @EventPattern<string>('parent')
  async parent(@Payload() text: string, @Ctx() { attempt }: TaskContext): Promise<void> {
    if (attempt === 1) throw new RangeError('not at first');
    await this.tasks.add(traced.child, text);
  }

  @EventPattern<string>('child')
  child(@Ctx() { headers }: TaskContext): void {
    TracedController.headers.push(headers);
  }

  @EventPattern<string>('fails')
  fails(@Ctx() { headers }: TaskContext): void {
    TracedController.headers.push(headers);
    throw new TypeError('it fails');
  }

  @EventPattern<string>('overruns')
  async overruns(@Ctx() { signal }: TaskContext): Promise<void> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  @EventPattern<string>('put-off')
  putOff(@Ctx() { headers }: TaskContext): void {
    if (headers['x-retry-delay'] === undefined) throw new RetryLater(100, { counted: false });
  }

  @EventPattern<string>('together')
  async together(@Payload() texts: string[], @Ctx() { tasks }: BatchContext): Promise<unknown> {
    await this.tasks.add(traced.child, 'of a batch');
    return Promise.allSettled(
      texts.map(async (text, index) => {
        if (text === 'fails' && tasks[index]?.attempt === 1) throw new Error('one of them');
      }),
    );
  }
}
