// Many tasks in one call, with many confirms on their way at once, and one result each.
import { Handles, QueueModule, TaskQueue, createWorker, defineQueue, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { z } from 'zod';
import { broker, quiet } from './broker';

const letters = defineQueue({ name: 'example-bulk', concurrency: 50 });
const letterIndex = defineTask({ name: 'letter.index', queue: letters, payload: z.string().min(1) });

let indexed = 0;

@Controller()
class LettersController {
  @Handles(letterIndex)
  index(): void {
    indexed += 1;
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [letterIndex] })], controllers: [LettersController] })
class LettersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(LettersModule, quiet);
  const queue = worker.get(TaskQueue);
  const payloads = ['', ...Array.from({ length: 1_000 }, (_, index) => `letter ${index}`)];
  const results = await queue.addBulk(payloads.map((payload) => ({ task: letterIndex, payload })));
  const added = results.filter((result) => result.ok);
  console.log(`added ${added.length}`);
  for (const result of results) if (!result.ok) console.log(`refused: ${result.error.name}`);
  await worker.listen();
  await Promise.all(added.map(({ id }) => queue.result(id)));
  console.log(`indexed ${indexed}`);
  await worker.close();
}
