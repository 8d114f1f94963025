import { QueueModule, TaskQueue, TaskServer, appLogger, connectWorker } from '@app/queue';
import { Controller, Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Producer } from '../adding';
import type { Handling } from '../handling';
import type { Job } from '../job';
import { kindsOf } from '../kinds';
import type { BenchWorker } from '../kinds';
import { TASK, optionsFor } from './warren-options';

/** Warren with every safety that it has by default. */
export const kinds = kindsOf({ openProducer, openWorker });

const HANDLING = Symbol('handling');

@Controller()
class TaskController {
  constructor(@Inject(HANDLING) private readonly handling: Handling) {}

  @EventPattern<string>(TASK)
  handle(@Payload() payload: unknown): void | Promise<void> {
    return this.handling.handle(payload);
  }
}

@Module({})
class BenchModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  static for(job: Job, handling?: Handling): DynamicModule {
    return {
      module: BenchModule,
      imports: [QueueModule.forRoot(optionsFor(job))],
      ...(handling && { controllers: [TaskController], providers: [{ provide: HANDLING, useValue: handling }] }),
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

async function openProducer(job: Job): Promise<Producer> {
  const app = await NestFactory.createApplicationContext(BenchModule.for(job), { logger: appLogger('pretty') });
  const queue = app.get(TaskQueue);
  const [task] = optionsFor(job).tasks;
  return {
    add: (payload, delay) => queue.add(task, payload, delay === undefined ? {} : { delay }),
    addBulk: async (payloads) => {
      const results = await queue.addBulk(payloads.map((payload) => ({ task, payload })));
      for (const result of results) if (!result.ok) throw result.error;
    },
    close: () => app.close(),
  };
}

async function openWorker(job: Job, handling: Handling): Promise<BenchWorker> {
  const app = await NestFactory.create(BenchModule.for(job, handling), {
    logger: appLogger('pretty'),
    abortOnError: false,
  });
  await connectWorker(app);
  return { start: () => app.startAllMicroservices(), close: () => app.close() };
}
