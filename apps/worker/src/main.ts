import { appLogger, connectWorker, listen, runApp, runWorkers } from '@app/queue';
import type { WorkersOptions } from '@app/queue';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { announceWaiting, printer } from './tutorial/terminal';
import { workerConfiguration } from './worker.configuration';
import type { WorkerConfiguration } from './worker.configuration';

async function create(): Promise<INestApplication> {
  const { WorkerModule } = await import('./worker.module.js'); // only here: a supervisor has no use for the handlers
  // Logs wait until their format is known. When creating fails they are dropped: runApp says why, once.
  const app = await NestFactory.create(WorkerModule, { bufferLogs: true, autoFlushLogs: false, abortOnError: false });
  app.useLogger(appLogger(app.get<WorkerConfiguration>(workerConfiguration.KEY).logFormat));
  app.flushLogs();
  return app;
}

async function start(app: INestApplication, isSupervised: boolean): Promise<void> {
  await connectWorker(app);
  const configuration = app.get<WorkerConfiguration>(workerConfiguration.KEY);
  // Health answers while the broker is still away.
  if (!isSupervised) await listen(app, addressOf(configuration));
  announceWaiting(printer(configuration.logFormat)); // before the first message can come, as the tutorial's worker does
  await app.startAllMicroservices();
}

function addressOf({ host, port }: WorkerConfiguration): WorkersOptions['address'] {
  return { host, port, variables: { host: 'WORKER_HOST', port: 'WORKER_PORT' } };
}

function options(): WorkersOptions {
  const configuration = workerConfiguration();
  return { ...configuration, address: addressOf(configuration) };
}

runWorkers('worker', options, (isSupervised) => runApp('worker', create, (app) => start(app, isSupervised)));
