// Work that only computes runs in a thread: heartbeats, health checks and other tasks go on beside it, and its timeout is hard.
import { QueueModule, TaskQueue, createWorker } from '@app/queue';
import { Module } from '@nestjs/common';
import { broker, quiet } from './broker';
import { primesCount } from './primes';
import primesThread from './primes.thread';

// The handler is in primes.controller.ts, whose module primes.thread.ts loads in each thread; nothing else imports it.
// #region module
@Module({ imports: [QueueModule.forRoot({ ...broker, threads: 1, tasks: [primesCount], thread: primesThread })] })
class PrimesModule {}
// #endregion

export async function main(): Promise<void> {
  const worker = await createWorker(PrimesModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(primesCount, { below: 10_000 });
  console.log(await queue.result(id)); // what the handler returned, there
  const endless = await queue.add(primesCount, { below: 1_000_000_000 }); // its timeout ends it, with its thread
  console.log('endless:', await queue.result(endless.id).catch((error: Error) => error.name));
  await worker.close();
}
