// A handler may take several tasks in one call, for instance for one INSERT. Each keeps its own end.
import { type BatchContext, Handles, QueueModule, TaskQueue, createWorker, defineQueue, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

// #region definition
const readings = defineQueue({ name: 'example-batches', concurrency: 10 });
const readingStore = defineTask({
  name: 'reading.store',
  queue: readings,
  batch: { size: 3, wait: 200 }, // called with three, or with fewer when the first has waited 200 ms
  payload: z.number(),
});
// #endregion

@Controller()
class ReadingsController {
  // #region handler
  @Handles(readingStore)
  store(@Payload() degrees: number[], @Ctx() { signal }: BatchContext): Promise<PromiseSettledResult<void>[]> {
    console.log(`stored ${degrees.join(', ')}`);
    return Promise.allSettled(degrees.map((one) => this.check(one, signal))); // one end each, in the same order
  }
  // #endregion

  private async check(degrees: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (degrees < -273) throw new Error(`${degrees} is colder than cold`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [readingStore] })], controllers: [ReadingsController] })
class ReadingsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(ReadingsModule, quiet);
  const queue = worker.get(TaskQueue);
  const added = [];
  for (const degrees of [21, -300, 23, 24]) added.push(await queue.add(readingStore, degrees));
  await worker.listen();
  const ends = await Promise.allSettled(added.map(({ id }) => queue.result(id)));
  console.log(ends.map(({ status }) => (status === 'fulfilled' ? 'done' : 'dead-lettered')).join(', '));
  await worker.close();
}
