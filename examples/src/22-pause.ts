// A queue that is paused keeps its tasks until it is resumed, whatever workers there are; adding goes on.
import { Handles, QueueEvents, QueueModule, Steering, TaskQueue, createWorker, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const videoEncode = defineTask({ name: 'video.encode', queue: 'example-pause', payload: z.string() });

@Controller()
class VideosController {
  @Handles(videoEncode)
  encode(@Payload() file: string): void {
    console.log(`encoded ${file}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [videoEncode] })], controllers: [VideosController] })
class VideosModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(VideosModule, quiet);
  await worker.listen();
  const steering = worker.get(Steering);
  const paused = nextEvent(worker.get(QueueEvents), 'queue.paused');
  await steering.pause('example-pause', 'anna', 'the disk is full');
  const { by, reason } = await paused; // every worker hears of it, also one that starts later
  console.log(`paused by ${by}: ${reason}`);
  const { id } = await worker.get(TaskQueue).add(videoEncode, 'holiday.mov');
  console.log('added holiday.mov');
  await steering.resume('example-pause', 'anna');
  await worker.get(TaskQueue).result(id);
  await worker.close();
}
