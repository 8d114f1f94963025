import { QueueModule, appLogger, connectWorker, defineQueue, defineTask, runApp } from '@app/queue';
import type { QueueType } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';

/** Milliseconds: long enough to be at work when another task ends the worker. */
const INNOCENT_WORK = 250;

const concurrency = Number(variable('CONCURRENCY'));
const queue = defineQueue({ name: 'work', type: variable('QUEUE_TYPE') as QueueType });
const tasks = ['exit', 'kill', 'memory', 'block', 'innocent'].map((name) =>
  defineTask({ name, queue, payload: z.string() }),
);
// A batch needs a slot for each of its tasks.
if (concurrency > 1) {
  const batch = { size: concurrency, wait: 1_000 };
  tasks.push(defineTask({ name: 'batched', queue, payload: z.string(), batch }));
}

/** The ways in which a task can end its worker, and one task that only stands beside. Each says that it has begun. */
@Controller()
class CrashController {
  @EventPattern<string>('exit')
  exit(@Payload() text: string): void {
    begun('exit', text);
    process.exit(7);
  }

  @EventPattern<string>('kill')
  kill(@Payload() text: string): void {
    begun('kill', text);
    process.kill(process.pid, 'SIGKILL');
  }

  @EventPattern<string>('memory')
  memory(@Payload() text: string): void {
    begun('memory', text);
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 1_000_000 }, (_, index) => index));
  }

  @EventPattern<string>('block')
  block(@Payload() text: string): void {
    begun('block', text);
    for (;;);
  }

  @EventPattern<string>('innocent')
  async innocent(@Payload() text: string): Promise<void> {
    begun('innocent', text);
    await new Promise((resolve) => setTimeout(resolve, INNOCENT_WORK));
  }

  /** One of them ends the worker, and takes the others along. */
  @EventPattern<string>('batched')
  batched(@Payload() texts: string[]): void {
    begun('batched', texts.join());
    if (texts.includes('killer')) process.kill(process.pid, 'SIGKILL');
  }
}

@Module({
  imports: [
    QueueModule.forRoot({
      urls: [variable('AMQP_URL')],
      tasks,
      concurrency,
      crashLimit: Number(variable('CRASH_LIMIT')),
      heartbeat: Number(variable('HEARTBEAT_SECONDS')),
      reconnectDelay: 100,
    }),
  ],
  controllers: [CrashController],
})
class CrashModule {}

function begun(name: string, text: string): void {
  process.stdout.write(`begun ${name} ${text}\n`);
}

function variable(name: string): string {
  // oxlint-disable-next-line node/no-process-env -- a program of a test, which is told everything by its variables
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

async function start(app: INestApplication): Promise<void> {
  await connectWorker(app);
  await app.startAllMicroservices();
}

runApp('worker', () => NestFactory.create(CrashModule, { logger: appLogger('json'), abortOnError: false }), start);
