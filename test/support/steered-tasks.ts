import { Steering, TaskCancelledError, defineQueue, defineTask, fixed } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import type { Vhost } from './vhost';
import { waitFor } from './wait-for';
import { TestWorker } from './worker';
import type { WorkerOptions } from './worker';

const queue = defineQueue({ name: 'steered', type: 'classic' });
const payload = z.string();

/** One that runs once, and one that is tried again after 300 ms. */
export const once = defineTask({ name: 'once', queue, payload });
export const again = defineTask({ name: 'again', queue, payload, attempts: 3, backoff: fixed(300) });
const other = defineTask({ name: 'other', queue: defineQueue({ name: 'unsteered', type: 'classic' }), payload });

export const steeredTasks = [once, again, other];

/** What a run does, by the payload of its task. */
type Handle = (text: string, context: TaskContext) => unknown;

/** Ends when its signal fires: with the reason as its failure. */
export async function untilCancelled({ signal }: TaskContext): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  throw signal.reason instanceof TaskCancelledError ? signal.reason : new Error('not cancelled');
}

/** Completes although its signal has fired. */
export async function inSpiteOfIt({ signal }: TaskContext): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** A worker of these tasks that notes which runs it has begun. */
export class SteeredWorker {
  private constructor(
    readonly worker: TestWorker,
    /** The payloads of the runs in the order in which they began. */
    readonly runs: readonly string[],
  ) {}

  /** Starts one; close it on the line that starts it. */
  static async start(vhost: Vhost, handle: Handle = () => undefined, options: Partial<WorkerOptions> = {}) {
    const runs: string[] = [];
    @Controller()
    class SteeredController {
      @EventPattern(steeredTasks.map(({ name }) => name))
      run(@Payload() text: string, @Ctx() context: TaskContext): unknown {
        runs.push(text);
        return handle(text, context);
      }
    }
    const all = { urls: [vhost.url], tasks: steeredTasks, controllers: [SteeredController], ...options };
    return new SteeredWorker(await TestWorker.start(all), runs);
  }

  get steering(): Steering {
    return this.worker.app.get(Steering);
  }

  /** Cancels a task, and resolves when this worker knows: what it begins from then on is none that was cancelled. */
  async cancel(id: string): Promise<void> {
    await this.steering.cancel(id, 'anna');
    await waitFor('the worker to know of the cancel', () => this.steering.cancels.cancelOf({ id, addedAt: undefined }));
  }

  close(): Promise<void> {
    return this.worker.close();
  }
}

/** An app that only adds tasks and gives orders. */
export function foreman(vhost: Vhost, options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  return TestWorker.create({ urls: [vhost.url], tasks: steeredTasks, ...options });
}
