// On a queue with `maxPriority` what matters more is handed out first.
import { Handles, QueueModule, TaskQueue, createWorker, defineQueue, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

// #region definition
// Classic queues have priorities on every broker; quorum queues from RabbitMQ 4 on.
const calls = defineQueue({ name: 'example-priorities', type: 'classic', maxPriority: 5 });
const callMake = defineTask({ name: 'call.make', queue: calls, priority: 1, payload: z.string() });
// #endregion

@Controller()
class CallsController {
  @Handles(callMake)
  make(@Payload() whom: string): void {
    console.log(`called ${whom}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [callMake] })], controllers: [CallsController] })
class CallsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(CallsModule, quiet);
  const queue = worker.get(TaskQueue);
  const added = [
    await queue.add(callMake, 'the newsletter’s readers'), // the definition's 1
    await queue.add(callMake, 'the customer who waits', { priority: 3 }),
    await queue.add(callMake, 'the fire brigade', { priority: 5 }),
  ];
  await worker.listen();
  for (const { id } of added) await queue.result(id);
  await worker.close();
}
