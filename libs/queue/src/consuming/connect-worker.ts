import type { INestApplication, INestMicroservice } from '@nestjs/common';
import type { CustomStrategy, NestMicroservice } from '@nestjs/microservices';
import { TaskErrorFilter } from './task-error.filter';
import { TaskServer } from './task-server';

/**
 * Makes an application a worker: connects {@link TaskServer} as its transport. `app.startAllMicroservices()` then
 * consumes; it rejects when the broker refuses a queue.
 *
 * Guards, pipes, interceptors and filters for every handler are set on what this returns, before the start
 * (`(await connectWorker(app)).useGlobalGuards(...)`); those of the HTTP side stay there.
 */
export async function connectWorker(app: INestApplication): Promise<INestMicroservice> {
  await app.init(); // no handler runs before the modules' onModuleInit
  const server = app.get(TaskServer, { strict: false });
  server.announce();
  // Deferred, because global filters must be set before Nest wraps the handlers.
  const worker = app.connectMicroservice<CustomStrategy>({ strategy: server }, { deferInitialization: true });
  worker.useGlobalFilters(new TaskErrorFilter());
  (worker as unknown as NestMicroservice).setIsInitHookCalled(true); // the app calls its modules' hooks, once
  return worker;
}
