import { appLogger, connectWorker, listen, runApp } from '@app/queue';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { announceWaiting } from './tutorial/terminal';
import { workerConfiguration } from './worker.configuration';
import type { WorkerConfiguration } from './worker.configuration';
import { WorkerModule } from './worker.module';

async function create(): Promise<INestApplication> {
  // Logs wait until their format is known. When creating fails they are dropped: runApp says why, once.
  const app = await NestFactory.create(WorkerModule, { bufferLogs: true, autoFlushLogs: false, abortOnError: false });
  app.useLogger(appLogger(app.get<WorkerConfiguration>(workerConfiguration.KEY).logFormat));
  app.flushLogs();
  return app;
}

async function start(app: INestApplication): Promise<void> {
  const { host, port } = app.get<WorkerConfiguration>(workerConfiguration.KEY);
  await connectWorker(app);
  await listen(app, { host, port, variables: { host: 'WORKER_HOST', port: 'WORKER_PORT' } }); // health answers while the broker is still away
  announceWaiting(); // before the first message can come, as the tutorial's worker does
  await app.startAllMicroservices();
}

runApp('worker', create, start);
