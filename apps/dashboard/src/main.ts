import { appLogger, listen, runApp } from '@app/queue';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { dashboardConfiguration } from './dashboard.configuration';
import type { DashboardConfiguration } from './dashboard.configuration';
import { DashboardModule } from './dashboard.module';
import { setUpHttp } from './http-setup';

async function create(): Promise<NestExpressApplication> {
  // Logs wait until their format is known. When creating fails they are dropped: runApp says why, once.
  const app = await NestFactory.create<NestExpressApplication>(DashboardModule, {
    bodyParser: false, // setUpHttp brings its own, with a small limit
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
  });
  const { logFormat, trustedProxies } = configurationOf(app);
  app.useLogger(appLogger(logFormat));
  app.flushLogs();
  setUpHttp(app, trustedProxies);
  return app;
}

async function start(app: NestExpressApplication): Promise<void> {
  const { host, port, users, secret } = configurationOf(app);
  await listen(app, { host, port, variables: { host: 'DASHBOARD_HOST', port: 'DASHBOARD_PORT' } });
  const logger = new Logger('Dashboard');
  if (users.length > 0 && secret === undefined) {
    logger.log('DASHBOARD_SECRET is not set: the next start logs everybody out');
  }
  logger.log(`the queues are shown at ${await app.getUrl()}`);
}

function configurationOf(app: NestExpressApplication): DashboardConfiguration {
  return app.get<DashboardConfiguration>(dashboardConfiguration.KEY);
}

runApp('dashboard', create, start);
