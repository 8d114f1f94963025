import { QueueModule, TaskQueue, appLogger } from '@app/queue';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Adding } from './adding';
import { LedgerFile } from './ledger';
import { settings } from './settings';
import { added } from './tasks';
import { isKind, plannedTasks } from './workload';

@Module({ imports: [QueueModule.forRoot({ ...settings, tasks: Object.values(added) })] })
class ProducerModule {}

/** Adds its share of the tasks and exits with 0 when each is confirmed. */
async function produce(): Promise<void> {
  const { name, seed, tasks, seconds } = settings;
  const app = await NestFactory.createApplicationContext(ProducerModule, { logger: appLogger('pretty') });
  const adding = new Adding(app.get(TaskQueue), new LedgerFile());
  process.send?.('ready');
  const chosen = settings.kinds.split(',').filter(isKind);
  await adding.run(plannedTasks(name, seed, chosen), tasks, seconds * 1_000);
  await app.close();
  process.exit(0); // the channel to the parent would keep it
}

void produce();
