import { connectWorker, DeadLetterQueues, defineTask, fixed, TaskContext, TaskQueue } from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { MemoryBroker, RecordingTaskQueue, runTask } from '@app/queue/testing';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { openOn } from '../support/memory-app';

const [name, queue] = ['letter.print', 'letters'];
const older = z.object({ to: z.string(), copies: z.int().optional() });

const common = { name, queue, attempts: 2, backoff: fixed(1_000) };
const first = defineTask({ ...common, payload: z.strictObject({ to: z.string() }) });
const second = defineTask({
  ...common,
  version: 2,
  upcasters: { 1: (payload) => ({ ...older.parse(payload), copies: 1 }) },
  payload: z.strictObject({ to: z.string(), copies: z.int() }),
});
const third = defineTask({
  ...common,
  version: 3,
  upcasters: {
    ...second.upcasters,
    2: (payload) => {
      const { to, copies } = older.parse(payload);
      return { recipient: { name: to }, copies };
    },
  },
  payload: z.strictObject({ recipient: z.strictObject({ name: z.string() }), copies: z.int() }),
});

let handled: unknown[];
let failing: boolean;
let broker: MemoryBroker;
const apps: INestApplication[] = [];

/** A plain handler of Nest's: versions are none of its business. */
@Controller()
class LettersController {
  @EventPattern<string>(name)
  print(@Payload() payload: unknown, @Ctx() { attempt }: TaskContext): void {
    handled.push(payload);
    if (failing && attempt === 1) throw new Error('no paper');
  }
}

@Module({ controllers: [LettersController] })
class LettersModule {}

async function open(task: TaskDefinition, controllers: Type[] = []): Promise<INestApplication> {
  const app = await openOn(broker, { tasks: [task] }, controllers);
  apps.push(app);
  return app;
}

async function worker(task: TaskDefinition): Promise<INestApplication> {
  const app = await open(task, [LettersController]);
  await connectWorker(app);
  await app.startAllMicroservices();
  return app;
}

beforeEach(() => {
  handled = [];
  failing = false;
  broker = new MemoryBroker();
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe('a task that was added by an older version of its definition', () => {
  it('is lifted from version to version before its handler gets it', async () => {
    const [producer] = [await open(first), await worker(third)];
    await producer.get(TaskQueue).add(first, { to: 'Ada' });
    await broker.settled();
    expect(handled).toEqual([{ recipient: { name: 'Ada' }, copies: 1 }]);
  });

  it('is lifted again in its next attempt, from the version that it still is', async () => {
    failing = true;
    const [producer] = [await open(second), await worker(third)];
    await producer.get(TaskQueue).add(second, { to: 'Ada', copies: 5 });
    await broker.advance(5_000);
    const lifted = { recipient: { name: 'Ada' }, copies: 5 };
    expect(handled).toEqual([lifted, lifted]);
  });

  it.each([
    ['as one of a batch', { batch: { size: 2, wait: 5 } }, [{ recipient: { name: 'Ada' }, copies: 1 }]],
    ['in a thread', { runIn: 'thread' as const }, { recipient: { name: 'Ada' }, copies: 1 }],
  ])('is lifted %s', async (_where, how, payload) => {
    const task = defineTask({ ...common, version: 3, upcasters: third.upcasters, payload: third.payload, ...how });
    const run = await runTask(LettersModule, task, { to: 'Ada' }, { version: 1 });
    expect([run.outcome, handled]).toEqual(['completed', [payload]]);
  });

  it.each([
    ['that no upcaster takes', { 2: third.upcasters[2] }, 'older-version', 'has no upcaster from 1'],
    ['whose payload was none then', third.upcasters, 'invalid-payload', 'the upcaster from version 1 failed'],
  ])('is put aside %s', async (_what, upcasters, reason, why) => {
    const task = defineTask({ ...common, version: 3, upcasters, payload: third.payload });
    const run = await runTask(LettersModule, task, { from: 'Ada' }, { version: 1 });
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason, error: { message: expect.stringContaining(why) } });
    expect(handled).toEqual([]);
  });

  it('is checked after it was lifted', async () => {
    const task = defineTask({ ...common, version: 2, upcasters: { 1: () => ({ to: 7 }) }, payload: second.payload });
    const run = await runTask(LettersModule, task, { to: 'Ada' }, { version: 1 });
    expect(run).toMatchObject({
      reason: 'invalid-payload',
      error: { message: expect.stringMatching(/to: .*copies: /) },
    });
  });
});

describe('a task that was added by a newer version of its definition', () => {
  it('is put aside with that reason, and runs when it is given back to workers that know it', async () => {
    const [producer, before] = [await open(third), await worker(second)];
    await producer.get(TaskQueue).add(third, { recipient: { name: 'Ada' }, copies: 2 });
    await broker.settled();
    expect(broker.messages('letters.dlq')).toMatchObject([
      {
        headers: {
          'x-dead-letter-reason': 'newer-version',
          'x-error-message': 'It is version 3 of "letter.print", and this worker knows versions up to 2.',
          'x-task-version': 3,
        },
      },
    ]);
    await before.close();
    const after = await worker(third);
    await after.get(DeadLetterQueues).redrive({ queue });
    await broker.settled();
    expect(handled).toEqual([{ recipient: { name: 'Ada' }, copies: 2 }]);
    expect(broker.counts(queue)).toEqual({ ready: 0, unacked: 0, dead: 0 });
  });
});

describe('the header of a version', () => {
  it('is not among those of its adder, in a test of what adds it', async () => {
    const recording = new RecordingTaskQueue();
    await recording.add(second, { to: 'Ada', copies: 1 }, { headers: { tenant: 'blue' } });
    recording.expectAdded(second, { copies: 1 });
    expect(recording.added().map(({ headers }) => headers)).toEqual([{ tenant: 'blue' }]);
  });
});
