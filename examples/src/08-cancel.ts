// A task is cancelled by its id, wherever it is: before its run it never begins, in its run the signal fires.
import { setTimeout } from 'node:timers/promises';
import {
  Handles,
  QueueEvents,
  QueueModule,
  Steering,
  TaskContext,
  TaskQueue,
  createWorker,
  defineTask,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const videoEncode = defineTask({ name: 'video.encode', queue: 'example-cancel', payload: z.string() });

@Controller()
class VideosController {
  @Handles(videoEncode)
  async encode(@Payload() file: string, @Ctx() { signal }: TaskContext): Promise<void> {
    console.log(`encoding ${file}`);
    await setTimeout(3_600_000, undefined, { signal }); // pass the signal on to whatever takes one
    console.log('never printed');
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [videoEncode] })], controllers: [VideosController] })
class VideosModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(VideosModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const begun = nextEvent(worker.get(QueueEvents), 'task.started');
  const running = await queue.add(videoEncode, 'holiday.mov');
  const waiting = await queue.add(videoEncode, 'wedding.mov', { delay: 1_000 });
  await begun;
  await worker.get(Steering).cancel([running.id, waiting.id], 'anna');
  for (const { id } of [running, waiting]) console.log(await queue.result(id).catch((error: Error) => error.name));
  await worker.close();
}
