import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Controller, Logger, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { connectWorker, defineTask, fixed, QueueModule, TaskQueue } from '../../libs/queue/src';
import { Connector, MemoryBroker, RecordingTaskQueue, runTask } from '../../libs/queue/src/testing';

// Run by Node's own test runner: `test/unit/testing-without-jest.spec.ts` compiles it and starts it.

const greet = defineTask({
  name: 'greet',
  attempts: 2,
  backoff: fixed(3_600_000),
  payload: z.object({ name: z.string() }),
});

@Controller()
class Greetings {
  @EventPattern<string>(greet.name)
  greet(@Payload() { name }: { name: string }): string {
    if (name === '') throw new Error('nobody is there');
    return `Hello ${name}`;
  }
}

@Module({ controllers: [Greetings] })
class GreetingsModule {}

void test('a task is run', async () => {
  const run = await runTask(GreetingsModule, greet, { name: 'Ada' });
  assert.deepEqual([run.outcome, run.result], ['completed', 'Hello Ada']);
});

void test('what was added is expected', async () => {
  const queue = new RecordingTaskQueue();
  await queue.add(greet, { name: 'Ada' });
  assert.equal(queue.expectAdded(greet, { name: 'Ada' }).queue, 'tasks');
  assert.throws(() => queue.expectAdded(greet, { name: 'Eve' }), /name is 'Ada', expected 'Eve'/);
});

void test('an hour passes on the broker in memory', async () => {
  const broker = new MemoryBroker();
  const module = await Test.createTestingModule({
    imports: [QueueModule.forRoot({ tasks: [greet], eventsStream: 'off' })],
    controllers: [Greetings],
  })
    .overrideProvider(Connector)
    .useValue(broker)
    .compile();
  const app = module.createNestApplication();
  Logger.overrideLogger(false);
  await connectWorker(app);
  await app.startAllMicroservices();
  await app.get(TaskQueue).add(greet, { name: '' });
  await broker.advance(3_600_000);
  assert.deepEqual(broker.counts('tasks'), { ready: 0, unacked: 0, dead: 1 });
  await app.close();
});
