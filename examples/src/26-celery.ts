// Celery's messages are read and written: its clients send to Warren's workers, and Warren to Celery's.
import { randomUUID } from 'node:crypto';
import {
  Handles,
  QueueEvents,
  QueueModule,
  TaskContext,
  TaskQueue,
  celery,
  createWorker,
  defineQueue,
  defineTask,
} from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { connect } from 'amqplib';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

// #region definition
const resize = defineTask({
  name: 'proj.tasks.resize', // the name it has in Celery
  queue: defineQueue({ name: 'example-celery', type: 'classic', format: celery() }),
  payload: z.object({ width: z.number() }),
});
// #endregion

@Controller()
class ImagesController {
  @Handles(resize)
  resize(@Payload() { width }: PayloadOf<typeof resize>, @Ctx() context: TaskContext): void {
    console.log(`resized to ${width}, attempt ${context.attempt}: ${context.getMessage().content.toString()}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [resize] })], controllers: [ImagesController] })
class ImagesModule {}

/** What `app.send_task("proj.tasks.resize", kwargs={"width": 320}, queue="example-celery", retries=1)` sends, from Python. */
async function sendAsCelery(): Promise<void> {
  const client = await connect(broker.urls[0] ?? '');
  const channel = await client.createConfirmChannel();
  const body = [[], { width: 320 }, { callbacks: null, errbacks: null, chain: null, chord: null }];
  channel.sendToQueue('example-celery', Buffer.from(JSON.stringify(body)), {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { lang: 'py', task: 'proj.tasks.resize', id: randomUUID(), retries: 1, eta: null, expires: null },
  });
  await channel.waitForConfirms();
  await client.close();
}

export async function main(): Promise<void> {
  const worker = await createWorker(ImagesModule, quiet);
  await worker.listen();
  const done = nextEvent(worker.get(QueueEvents), 'task.completed');
  await sendAsCelery();
  await done;
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(resize, { width: 640 }); // a Celery worker would do it as well
  await queue.result(id);
  await worker.close();
}
