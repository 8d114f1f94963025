// What nobody wants any more after a while is not begun after that while.
import { setTimeout } from 'node:timers/promises';
import { Handles, QueueEvents, QueueModule, TaskQueue, createWorker, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const codeSend = defineTask({
  name: 'code.send',
  queue: 'example-expiry',
  expiresAfter: 3_600_000, // an hour, unless the adding says less
  payload: z.string(),
});

@Controller()
class CodesController {
  @Handles(codeSend)
  send(@Payload() code: string): void {
    console.log(`sent ${code}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [codeSend] })], controllers: [CodesController] })
class CodesModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(CodesModule, quiet);
  const events = worker.get(QueueEvents);
  events.on('task.dead-lettered', ({ name, reason }) => console.log(`${name} is ${reason}`));
  const queue = worker.get(TaskQueue);
  await queue.add(codeSend, '1111', { expiresIn: 100 });
  await queue.add(codeSend, '2222');
  await setTimeout(200); // no worker is there to take them
  const completed = nextEvent(events, 'task.completed');
  await worker.listen();
  await completed;
  await worker.close();
}
