import { appLogger, ConfigurationError, runApp } from '@app/queue';
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
  try {
    await app.listen(port, host);
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  const url = await app.getUrl();
  new Logger('Producer').log(`tasks are added at ${url}/tasks${docs ? `; what it takes is at ${url}/docs` : ''}`);
}

function configurationOf(app: NestExpressApplication): ProducerConfiguration {
  return app.get<ProducerConfiguration>(producerConfiguration.KEY);
}

/** A port that is taken and an address of another machine are wrong settings, and are reported as such. */
function cannotListen(error: unknown, host: string, port: number): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return wrong('PRODUCER_PORT', `another program listens on ${host}:${port}`);
    case 'EACCES':
      return wrong('PRODUCER_PORT', `this user may not listen on port ${port}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrong('PRODUCER_HOST', `${host} is no address of this machine`);
    default:
      return error;
  }
}

function wrong(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }]);
}

runApp('producer', create, start);
