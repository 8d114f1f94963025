import { BroadcastChannel } from 'node:worker_threads';
import { QueueModule, TaskQueue, TaskServer, appLogger, createWorker } from '@app/queue';
import { MetricsModule } from '@app/queue/metrics';
import { Controller, Inject, Module } from '@nestjs/common';
import type { DynamicModule, NestApplicationOptions, OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Producer } from '../adding';
import type { Handling, Run } from '../handling';
import type { Trial } from '../trial';
import { kindsOf } from '../kinds';
import type { BenchWorker } from '../kinds';
import { TASK } from '../payload';
import { RUNS } from './spinning.module';
import { optionsFor } from './warren-options';

/** Warren with every safety that it has by default, and counted for Prometheus as the apps are. */
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

/** A producer; with a handler, a worker. */
@Module({})
export class BenchModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  static for(trial: Trial, handling?: Handling): DynamicModule {
    return {
      module: BenchModule,
      imports: [QueueModule.forRoot(optionsFor(trial)), MetricsModule],
      ...(handling && { controllers: [TaskController], providers: [{ provide: HANDLING, useValue: handling }] }),
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}

export async function openProducer(trial: Trial): Promise<Producer> {
  const app = await NestFactory.createApplicationContext(BenchModule.for(trial), { logger: appLogger('pretty') });
  const queue = app.get(TaskQueue);
  const [task] = optionsFor(trial).tasks;
  return {
    add: (payload, delay) => queue.add(task, payload, delay === undefined ? {} : { delay }),
    addBulk: async (payloads) => {
      const results = await queue.addBulk(payloads.map((payload) => ({ task, payload })));
      for (const result of results) if (!result.ok) throw result.error;
    },
    close: () => app.close(),
  };
}

async function openWorker(trial: Trial, handling: Handling): Promise<BenchWorker> {
  const hasThreads = trial.threads !== undefined;
  const runs = hasThreads ? hearThreads(handling) : undefined;
  const module = BenchModule.for(trial, hasThreads ? undefined : handling);
  const options = { logger: appLogger(trial.logs ?? 'pretty'), abortOnError: false };
  const { start, stop } = trial.http === true ? await listening(module, options) : await silent(module, options);
  const close = async (): Promise<void> => {
    await stop();
    runs?.close();
  };
  return { start, close };
}

interface Started {
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

async function silent(module: DynamicModule, options: NestApplicationOptions): Promise<Started> {
  const app = await createWorker(module, options);
  return { start: () => app.listen(), stop: () => app.close() };
}

async function listening(module: DynamicModule, options: NestApplicationOptions): Promise<Started> {
  const { listeningWorker } = await import('./listening-worker.js'); // only here: the others are to be measured without it
  const app = await listeningWorker(module, options);
  return { start: () => app.startAllMicroservices(), stop: () => app.close() };
}

/** The handlers are in the threads, which tell of their runs. */
function hearThreads(handling: Handling): BroadcastChannel {
  const runs = new BroadcastChannel(RUNS);
  runs.addEventListener('message', (message) => handling.note((message as MessageEvent<Run>).data));
  return runs;
}
