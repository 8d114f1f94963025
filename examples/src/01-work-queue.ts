// Tasks wait in a durable queue. A worker takes one at a time, and acknowledges it after the work.
import { Handles, QueueModule, TaskQueue, createWorker, defineTask } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const letterPrint = defineTask({
  name: 'letter.print',
  queue: 'example-work-queue',
  payload: z.object({ to: z.string(), copies: z.int().min(1).default(1) }),
});

// #region handler
@Controller()
class LettersController {
  @Handles(letterPrint)
  print(@Payload() { to, copies }: PayloadOf<typeof letterPrint>): void {
    console.log(`printed ${copies} for ${to}`);
  } // returned: acknowledged
}
// #endregion

@Module({
  imports: [QueueModule.forRoot({ ...broker, tasks: [letterPrint] })],
  controllers: [LettersController],
})
class LettersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(LettersModule, quiet);
  const queue = worker.get(TaskQueue);
  const first = await queue.add(letterPrint, { to: 'Ada' });
  const second = await queue.add(letterPrint, { to: 'Grace', copies: 3 });
  console.log('added two letters: the broker has them');
  await worker.listen(); // from here on the worker consumes
  await queue.result(first.id);
  await queue.result(second.id);
  await worker.close();
}
