import { QueueModule, TaskServer, appLogger, connectWorker, queueSettings, readSettings, runApp } from '@app/queue';
import { HealthModule } from '@app/queue/health';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication, OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import { threadedTasks } from './threaded-tasks';
import threadedWork from './threaded-work.thread';

@Controller()
class LightController {
  @EventPattern<string>('light')
  light(): void {}
}

const settings = readSettings(queueSettings, process.env);

@Module({
  imports: [
    QueueModule.forRoot({ ...settings, tasks: Object.values(threadedTasks), thread: threadedWork }),
    HealthModule,
  ],
  controllers: [LightController],
})
class ThreadedModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

async function start(app: INestApplication): Promise<void> {
  await connectWorker(app);
  await app.listen(Number(process.argv[2]), '127.0.0.1');
  await app.startAllMicroservices();
}

runApp('worker', () => NestFactory.create(ThreadedModule, { logger: appLogger('json'), abortOnError: false }), start);
