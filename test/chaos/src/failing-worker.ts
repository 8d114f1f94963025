import { QueueModule, TaskContext, appLogger, connectWorker, runApp } from '@app/queue';
import type { QueueType } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { failingTasks } from './failing-tasks';

/** The ways in which a run can fail or last; that it has begun and ended is in the log. */
@Controller()
class FailingController {
  @EventPattern(['fails-once', 'fails-once-for-long'])
  failsOnce(@Ctx() { attempt }: TaskContext): void {
    if (attempt === 1) throw new Error('not yet');
  }

  @EventPattern<string>('fails-always')
  failsAlways(): void {
    throw new Error('never');
  }

  @EventPattern<string>('endless')
  endless(): Promise<void> {
    return new Promise(() => undefined);
  }

  @EventPattern(['deadly', 'at-most-once'])
  deadly(): void {
    process.kill(process.pid, 'SIGKILL');
  }

  @EventPattern<string>('plain')
  plain(): void {}
}

@Module({
  imports: [
    QueueModule.forRoot({
      urls: [variable('AMQP_URL')],
      tasks: Object.values(failingTasks(variable('QUEUE_TYPE') as QueueType)),
      crashLimit: Number(variable('CRASH_LIMIT')),
      reconnectDelay: 100,
    }),
  ],
  controllers: [FailingController],
})
class FailingModule {}

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

runApp('worker', () => NestFactory.create(FailingModule, { logger: appLogger('json'), abortOnError: false }), start);
