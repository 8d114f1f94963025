import { QueueEvents, QueueModule, TaskServer, appLogger, connectWorker, runApp } from '@app/queue';
import type { INestApplication, OnModuleDestroy } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Reporter } from './reporter';
import { settings } from './settings';
import { delayed, work } from './tasks';
import { WorkController } from './work.controller';

@Module({
  imports: [QueueModule.forRoot({ ...settings, tasks: [work, delayed] })],
  controllers: [WorkController],
  providers: [{ provide: Reporter, useFactory: () => new Reporter() }],
})
class WorkerModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

async function create(): Promise<INestApplication> {
  const app = await NestFactory.create(WorkerModule, { logger: appLogger('pretty'), abortOnError: false });
  const reporter = app.get(Reporter);
  const events = app.get(QueueEvents);
  events.on('task.completed', ({ id = 'nobody' }) => reporter.noteCompleted(id, Date.now()));
  events.on('task.retrying', () => reporter.countFailed());
  return app;
}

async function start(app: INestApplication): Promise<void> {
  await connectWorker(app);
  await app.startAllMicroservices();
  process.send?.('ready');
}

runApp('worker', create, start);
