import { Module } from '@nestjs/common';
import type { DynamicModule, INestMicroservice, NestApplicationOptions, Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { TaskErrorFilter } from './task-error.filter';
import { TaskServer } from './task-server';

/** Outermost, so that its filter is the first of all: the last one asked, behind those of the app. */
@Module({ providers: [{ provide: APP_FILTER, useClass: TaskErrorFilter }] })
class WorkerRootModule {}

/**
 * A worker that does not listen for HTTP: no web framework is loaded, which saves each process memory and time at its start.
 * `worker.listen()` then consumes; it rejects when the broker refuses a queue. Health checks over HTTP want an application that listens,
 * and `connectWorker` instead; under `runWorkers` with several processes the supervisor answers them for its workers.
 *
 * Global guards, pipes, interceptors and filters for every handler are set on what this returns, before that. As in any microservice of
 * Nest's, and unlike in a worker that listens, `APP_GUARD` and its kin hold for the handlers too.
 * @param module the app's root module, with `QueueModule` in it
 * @param options Nest's own, for the application
 */
export async function createWorker(
  module: Type | DynamicModule,
  options: NestApplicationOptions = {},
): Promise<INestMicroservice> {
  const transport: AsyncMicroserviceOptions = {
    inject: [TaskServer],
    useFactory: (strategy: TaskServer) => ({ strategy }),
  };
  const root: DynamicModule = { module: WorkerRootModule, imports: [module] };
  const worker = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(root, { ...options, ...transport });
  worker.get(TaskServer, { strict: false }).announce();
  return worker;
}
