import {
  connectWorker,
  defineTask,
  exponential,
  QueueHealth,
  QueueModule,
  Steering,
  TaskContext,
  TaskQueue,
} from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { QueueOperations } from '@app/queue/operating';
import { Connector, MemoryBroker } from '@app/queue/testing';
import type { MemoryBrokerOptions } from '@app/queue/testing';
import { Controller, Logger } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { waitFor } from '../support/wait-for';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2030, 0, 1);

const patient = defineTask({
  name: 'patient',
  queue: 'patience',
  attempts: 12,
  backoff: exponential({ initial: 60_000, max: 4 * HOUR }),
  payload: z.string(),
});
const brief = defineTask({ name: 'brief', queue: 'briefs', expiresAfter: 10_000, payload: z.string() });
const nightly = defineTask({ name: 'nightly', queue: 'nights', payload: z.string() });
const stuck = defineTask({ name: 'stuck', queue: 'stuck', payload: z.string() });
const tasks: readonly TaskDefinition[] = [patient, brief, nightly, stuck];

let broker: MemoryBroker;
let runs: { readonly name: string; readonly attempt: number; readonly at: number; readonly again: boolean }[];
let held: (() => void)[];
const apps: INestApplication[] = [];

function note({ name, attempt, isRedelivered: again }: TaskContext): void {
  runs.push({ name, attempt, at: broker.now() - MIDNIGHT, again });
}

@Controller()
class Handlers {
  @EventPattern<string>(patient.name)
  fails(@Ctx() context: TaskContext): void {
    note(context);
    throw new Error('away');
  }

  @EventPattern<string>(brief.name)
  brief(@Ctx() context: TaskContext): void {
    note(context);
  }

  @EventPattern<string>(nightly.name)
  nightly(@Ctx() context: TaskContext): void {
    note(context);
  }

  @EventPattern<string>(stuck.name)
  async stuck(@Ctx() context: TaskContext): Promise<void> {
    note(context);
    await new Promise<void>((resolve) => held.push(resolve));
  }
}

function open(options: MemoryBrokerOptions = {}): void {
  broker = new MemoryBroker({ now: MIDNIGHT, ...options });
  runs = [];
  held = [];
}

async function app(controllers: Type[], workerQueues?: readonly string[]): Promise<INestApplication> {
  const settings = {
    tasks,
    eventsStream: 'off',
    reconnectDelay: 10,
    ...(workerQueues ? { workerQueues: [...workerQueues] } : {}),
  } as const;
  const module = await Test.createTestingModule({ imports: [QueueModule.forRoot(settings)], controllers })
    .overrideProvider(Connector)
    .useValue(broker)
    .compile();
  const made = module.createNestApplication();
  Logger.overrideLogger(false);
  apps.push(made);
  return made.init();
}

async function worker(): Promise<INestApplication> {
  const made = await app([Handlers]);
  await connectWorker(made);
  await made.startAllMicroservices();
  return made;
}

afterEach(async () => {
  for (const release of held) release();
  for (const one of apps.splice(0)) await one.close();
});

describe('a worker on the broker in memory', () => {
  it('climbs a day’s ladder of retries while nobody waits, up to the dead letter', async () => {
    open();
    const queue = (await worker()).get(TaskQueue);
    await queue.add(patient, 'x', { id: 'p-1' });
    await broker.advance(24 * HOUR);
    expect(runs.map(({ attempt, at }) => [attempt, at / 60_000])).toEqual([
      [1, 0],
      [2, 1],
      [3, 3],
      [4, 7],
      [5, 15],
      [6, 31],
      [7, 63],
      [8, 127],
      [9, 255],
      [10, 495],
      [11, 735],
      [12, 975],
    ]);
    expect(broker.counts('patience')).toEqual({ ready: 0, unacked: 0, dead: 1 });
    const [letter] = broker.messages('patience.dlq');
    expect(letter).toMatchObject({
      id: 'p-1',
      name: 'patient',
      headers: {
        'x-dead-letter-reason': 'attempts-exhausted',
        'x-first-failure-time': MIDNIGHT,
        'x-dead-letter-time': MIDNIGHT + 975 * 60_000,
      },
    });
    expect(broker.now()).toBe(MIDNIGHT + 24 * HOUR);
  });

  it('has the time of the broker’s clock where tasks are due and expire', async () => {
    open();
    const queue = (await worker()).get(TaskQueue);
    await queue.add(nightly, 'x', { at: MIDNIGHT + 6 * HOUR });
    await queue.add(brief, 'in time', { delay: 9_000 });
    await broker.advance(6 * HOUR - 1);
    expect(runs).toEqual([{ name: 'brief', attempt: 1, at: 9_000, again: false }]);
    await broker.advance(1);
    expect(runs[1]).toEqual({ name: 'nightly', attempt: 1, at: 6 * HOUR, again: false });
    await expect(queue.add(nightly, 'x', { at: MIDNIGHT + 400 * 24 * HOUR })).rejects.toThrow('at most 310 days');
  });

  it('puts aside what nobody has taken in its time', async () => {
    open();
    const producer = await app([]);
    await producer.get(TaskQueue).add(brief, 'x');
    await broker.advance(10_000);
    await worker();
    await broker.settled();
    expect(runs).toEqual([]);
    expect(broker.messages('briefs.dlq')).toMatchObject([{ headers: { 'x-dead-letter-reason': 'expired' } }]);
  });

  it('gets again what it had in hand when its connection ended, and nothing twice at once', async () => {
    open();
    const queue = (await worker()).get(TaskQueue);
    await queue.add(stuck, 'x');
    await waitFor('the run', () => held.length === 1);
    broker.disconnect();
    await waitFor('it to be handed out again', () => broker.counts('stuck').unacked === 1);
    expect(runs).toHaveLength(1);
    held[0]?.();
    await broker.settled();
    expect([runs.length, broker.counts('stuck')]).toEqual([1, { ready: 0, unacked: 0, dead: 0 }]);
    await queue.add(brief, 'after that');
    await broker.settled();
    expect(runs.map(({ name }) => name)).toEqual(['stuck', 'brief']);
  });

  it('obeys orders: a queue that is paused keeps its tasks', async () => {
    open();
    const made = await worker();
    await made.get(Steering).pause('nights', 'a test');
    await broker.settled();
    await made.get(TaskQueue).add(nightly, 'x');
    await broker.advance(HOUR);
    expect([runs, broker.counts('nights').ready]).toEqual([[], 1]);
    await made.get(Steering).resume('nights', 'a test');
    await broker.settled();
    expect(runs).toHaveLength(1);
  });

  it('is ready', async () => {
    open();
    expect((await worker()).get(QueueHealth).readiness()).toEqual({ isReady: true, problems: [] });
  });
});

describe('a queue on the broker in memory', () => {
  it.each([
    ['x-single-active-consumer', true],
    ['x-max-length-bytes', 1_000],
    ['x-expires', 1_000],
    ['x-consumer-timeout', 1_000],
    ['x-delayed-retry-type', 'all'],
    ['x-overflow', 'reject-publish-dlx'],
  ])('is refused with %s, which is not carried out', async (argument, value) => {
    open();
    const model = broker.connect();
    const told: string[] = [];
    model.on('error', (error: Error) => void told.push(error.message));
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    await expect(channel.assertQueue('q', { arguments: { [argument]: value } })).rejects.toThrow();
    expect(told).toEqual([expect.stringMatching(/^Connection closed: 540 .*does not carry out/)]);
    expect(told[0]).toContain(argument);
  });

  it('may say that it wants none of it', async () => {
    open();
    const model = broker.connect();
    const channel = await model.createChannel();
    await channel.assertQueue('q', { arguments: { 'x-single-active-consumer': false, 'x-overflow': 'drop-head' } });
    await model.close();
  });
});

describe('waiting for the broker in memory', () => {
  it('ends with an error that says who is still at work', async () => {
    open({ patience: 50 });
    await (await worker()).get(TaskQueue).add(stuck, 'x', { id: 's-1' });
    await expect(broker.advance(1_000)).rejects.toThrow(
      'not at rest after 50 ms of real time (still in hand: s-1 of stuck)',
    );
  });

  it('needs no real timers', async () => {
    open();
    const queue = (await worker()).get(TaskQueue);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    try {
      const added = queue.add(brief, 'x');
      await broker.settled();
      await added;
      await broker.settled();
    } finally {
      jest.useRealTimers();
    }
    expect(runs).toHaveLength(1);
  });

  it('notes what it has done itself with a message, whatever its publisher says of deaths', async () => {
    open();
    const channel = await broker.connect().createConfirmChannel();
    await channel.assertQueue('dead');
    await channel.assertQueue('short', { messageTtl: 1_000, deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
    const said = ['short', 'dead'].map((queue) => ({ count: 7, reason: 'expired', queue, exchange: '' }));
    const headers = { own: 1, 'x-death': said, 'x-first-death-queue': 'elsewhere' };
    channel.sendToQueue('short', Buffer.from('a'), { headers });
    await channel.waitForConfirms();
    expect(broker.messages('short')).toMatchObject([{ headers }]);
    await broker.advance(1_000);
    expect(broker.messages('dead')).toMatchObject([
      { headers: { own: 1, 'x-death': [{ count: 1, queue: 'short' }], 'x-first-death-queue': 'short' } },
    ]);
  });

  it('shows what waits, for plain clients as well', async () => {
    open();
    const model = broker.connect();
    const channel = await model.createConfirmChannel();
    await channel.assertQueue('plain');
    channel.sendToQueue('plain', Buffer.from('bytes'), { type: 'kind', messageId: 'm-1', headers: { own: 1 } });
    await channel.waitForConfirms();
    expect(broker.messages('plain')).toEqual([
      { id: 'm-1', name: 'kind', content: Buffer.from('bytes'), headers: { own: 1 }, isRedelivered: false },
    ]);
    expect([broker.messages('nowhere'), broker.counts('nowhere')]).toEqual([[], { ready: 0, unacked: 0, dead: 0 }]);
    await model.close();
  });
});

describe('QueueOperations on a broker in memory', () => {
  it('add, count and look into dead letters there, by its clock', async () => {
    const memory = new MemoryBroker({ now: MIDNIGHT });
    const operations = new QueueOperations({ urls: ['amqp://nobody'], tasks: [nightly] }, memory);
    try {
      await operations.tasks.add(nightly, 'at eight', { delay: 8 * HOUR });
      expect(await operations.counts()).toMatchObject({ delayed: 1, queues: [{ state: 'there', ready: 0, dead: 0 }] });
      await memory.advance(8 * HOUR + 1_000);
      expect(await operations.counts()).toMatchObject({ delayed: 0, queues: [{ state: 'there', ready: 1, dead: 0 }] });
      await operations.tasks.add(nightly, 'for an hour', { expiresIn: HOUR });
      expect(memory.messages('nights')[1]?.headers['x-expires-at']).toBe(memory.now() + HOUR);

      const channel = await memory.connect().createConfirmChannel();
      channel.sendToQueue('nights.dlq', Buffer.from('nothing'), { messageId: 'lost' });
      await channel.waitForConfirms();
      const ids: string[] = [];
      for await (const { id } of operations.deadLetters.list()) ids.push(id);
      expect(ids).toEqual(['lost']);
    } finally {
      await operations.close();
    }
  });
});
