import { QueueModule, TaskQueue, appLogger } from '@app/queue';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddingReport } from './reports';
import { settings } from './settings';
import { delayed, work } from './tasks';

@Module({ imports: [QueueModule.forRoot({ ...settings, tasks: [work, delayed] })] })
class ProducerModule {}

/**
 * The life of a producer's process: adds, tells its parent when that began and ended, and exits with 0.
 * @param add resolves with the errors of the adds that were rejected
 */
export async function produce(add: (queue: TaskQueue) => Promise<string[]>): Promise<void> {
  const app = await NestFactory.createApplicationContext(ProducerModule, { logger: appLogger('pretty') });
  const begunAt = Date.now();
  const refused = await add(app.get(TaskQueue));
  const report: AddingReport = { begunAt, endedAt: Date.now(), refused };
  await new Promise<void>((resolve) => process.send?.(report, () => resolve()));
  await app.close();
  process.exit(0); // the channel to the parent would keep it
}
