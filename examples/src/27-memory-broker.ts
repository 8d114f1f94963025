// A broker in memory has a clock of its own: a day of retries takes milliseconds, and no broker.
import { Handles, QueueModule, TaskContext, TaskQueue, connectWorker, defineTask, exponential } from '@app/queue';
import { Connector, MemoryBroker } from '@app/queue/testing';
import { Controller, Logger, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { broker } from './broker';

const HOUR = 3_600_000;
const reportSend = defineTask({
  name: 'report.send',
  queue: 'example-memory-broker',
  attempts: 5,
  backoff: exponential({ initial: 60_000, max: 8 * HOUR, factor: 6 }),
  payload: z.object({ month: z.string() }),
});

const midnight = Date.UTC(2030, 0, 1);
const memory = new MemoryBroker({ now: midnight });

@Controller()
class ReportsController {
  @Handles(reportSend)
  send(@Payload() _report: object, @Ctx() { attempt }: TaskContext): void {
    const minutes = Math.floor((memory.now() - midnight) / 60_000);
    console.log(`attempt ${attempt} after ${minutes} min`);
    throw new Error('the archive is away');
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [reportSend] })], controllers: [ReportsController] })
class ReportsModule {}

export async function main(): Promise<void> {
  Logger.overrideLogger(false);
  const testing = Test.createTestingModule({ imports: [ReportsModule] });
  const module = await testing.overrideProvider(Connector).useValue(memory).compile();
  const app = module.createNestApplication({ logger: false });
  await connectWorker(app);
  await app.startAllMicroservices();
  await app.get(TaskQueue).add(reportSend, { month: '2029-12' });
  await memory.advance(24 * HOUR);
  console.log('after a day:', memory.counts('example-memory-broker'));
  await app.close();
}
