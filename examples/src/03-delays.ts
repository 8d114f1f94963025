// A task may be handed out later: it waits in the broker, from 100 ms to 310 days, and survives the end of every process.
import { Handles, QueueModule, TaskQueue, createWorker, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const reminderSend = defineTask({
  name: 'reminder.send',
  queue: 'example-delays',
  payload: z.object({ text: z.string(), notBefore: z.number() }),
});

@Controller()
class RemindersController {
  @Handles(reminderSend)
  send(@Payload() { text, notBefore }: { text: string; notBefore: number }): void {
    console.log(`${text} (${Date.now() >= notBefore ? 'not early' : 'too early'})`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [reminderSend] })], controllers: [RemindersController] })
class RemindersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(RemindersModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const remind = (text: string, delay: number) =>
    queue.add(reminderSend, { text, notBefore: Date.now() + delay }, { delay }); // or { at: new Date('2026-12-24T08:00:00Z') }
  const added = [await remind('in a second', 1_000), await remind('in half a second', 500), await remind('now', 0)];
  for (const { id } of added) await queue.result(id);
  await worker.close();
}
