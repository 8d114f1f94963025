import { QueueEvents, QueueModule, TaskServer, appLogger, connectWorker, runApp } from '@app/queue';
import type { INestApplication, OnModuleDestroy } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LedgerFile } from './ledger';
import { settings } from './settings';
import { handled } from './tasks';
import { WorkController } from './work.controller';

@Module({
  imports: [QueueModule.forRoot({ ...settings, tasks: Object.values(handled) })],
  controllers: [WorkController],
  providers: [{ provide: LedgerFile, useFactory: () => new LedgerFile() }],
})
class WorkerModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

async function create(): Promise<INestApplication> {
  const app = await NestFactory.create(WorkerModule, { logger: appLogger('pretty'), abortOnError: false });
  const ledger = app.get(LedgerFile);
  app.get(QueueEvents).on('task.dead-lettered', ({ id = 'nobody', reason }) => ledger.write('aside', id, reason));
  return app;
}

async function start(app: INestApplication): Promise<void> {
  await connectWorker(app);
  await app.startAllMicroservices();
  process.send?.('ready');
}

runApp('worker', create, start);
