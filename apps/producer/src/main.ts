import { appLogger, listen, runApp } from '@app/queue';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { setUpHttp } from './http-setup';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';
import { ProducerModule } from './producer.module';

async function create(): Promise<NestExpressApplication> {
  // Logs wait until their format is known. When creating fails they are dropped: runApp says why, once.
  const app = await NestFactory.create<NestExpressApplication>(ProducerModule, {
    bodyParser: false, // setUpHttp brings its own, with the right limit
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
  });
  app.useLogger(appLogger(configurationOf(app).logFormat));
  app.flushLogs();
  await setUpHttp(app);
  return app;
}

async function start(app: NestExpressApplication): Promise<void> {
  const { host, port, docs } = configurationOf(app);
  await listen(app, { host, port, variables: { host: 'PRODUCER_HOST', port: 'PRODUCER_PORT' } });
  const url = await app.getUrl();
  new Logger('Producer').log(`tasks are added at ${url}/tasks${docs ? `; what it takes is at ${url}/docs` : ''}`);
}

function configurationOf(app: NestExpressApplication): ProducerConfiguration {
  return app.get<ProducerConfiguration>(producerConfiguration.KEY);
}

runApp('producer', create, start);
