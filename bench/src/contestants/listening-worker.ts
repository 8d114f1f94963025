import { connectWorker } from '@app/queue';
import { HealthModule } from '@app/queue/health';
import type { DynamicModule, INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** A worker as `apps/worker` is one: an application that listens for HTTP and has health checks. It does not consume yet. */
export async function listeningWorker(
  module: DynamicModule,
  options: NestApplicationOptions,
): Promise<INestApplication> {
  const app = await NestFactory.create({ ...module, imports: [...(module.imports ?? []), HealthModule] }, options);
  await connectWorker(app);
  await app.listen(0, '127.0.0.1');
  return app;
}
