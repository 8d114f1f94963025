// A worker that is told to stop takes nothing new, finishes what it has begun, and leaves the rest in its queue.
import { setTimeout } from 'node:timers/promises';
import {
  Handles,
  QueueEvents,
  QueueModule,
  TaskContext,
  TaskQueue,
  TaskServer,
  createWorker,
  defineTask,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const breadBake = defineTask({ name: 'bread.bake', queue: 'example-graceful-stop', payload: z.string() });

@Controller()
class BakeryController {
  @Handles(breadBake)
  async bake(@Payload() bread: string, @Ctx() context: TaskContext): Promise<void> {
    console.log(`${bread} into the oven`);
    context.progress(0);
    await setTimeout(500);
    console.log(`${bread} is done`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [breadBake] })], controllers: [BakeryController] })
class BakeryModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  /** The root module's hook runs first, while all that the handlers need is still open. */
  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

export async function main(): Promise<void> {
  const worker = await createWorker(BakeryModule, quiet);
  const queue = worker.get(TaskQueue);
  for (const bread of ['rye', 'wheat']) await queue.add(breadBake, bread);
  const begun = nextEvent(worker.get(QueueEvents), 'task.progress');
  await worker.listen();
  await begun;
  console.log('stop!'); // `runApp` does this on SIGTERM
  await worker.close();
  console.log('closed');

  const next = await createWorker(BakeryModule, quiet);
  const completed = nextEvent(next.get(QueueEvents), 'task.completed');
  await next.listen();
  await completed;
  await next.close();
}
