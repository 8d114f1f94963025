import { QueueEvents, defineQueue, defineTask } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Channel, Message } from 'amqplib';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import type { AmqpMethod, CutTime } from '../support/amqp-proxy';
import { ReadinessLog } from '../support/readiness-log';
import { stays } from '../support/stays';
import { SteeredWork } from '../support/steered-work';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';
import type { WorkerOptions } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 1 });
const wide = defineQueue({ name: 'wide', type: 'classic', concurrency: 3 });
const payload = z.object({ name: z.string() });
const task = defineTask({ name: 'task', queue, payload });
const wideTask = defineTask({ name: 'wide-task', queue: wide, payload });
const handAcked = defineTask({ name: 'hand-acked', queue, payload });
const failing = defineTask({ name: 'failing', queue, payload });
const breaking = defineTask({ name: 'breaking', queue, payload: z.object({ how: z.enum(['406', '404']) }) });

const unknownDelivery = { fields: { deliveryTag: 9_999 } } as Message;

const WIDE = Symbol('work of the wide queue');

@Controller()
class WorkController {
  constructor(
    private readonly work: SteeredWork,
    @Inject(WIDE) private readonly wideWork: SteeredWork,
  ) {}

  @EventPattern<string>(task.name)
  run(@Payload() { name }: { name: string }): Promise<void> {
    return this.work.run(name);
  }

  @EventPattern<string>(wideTask.name)
  runWide(@Payload() { name }: { name: string }): Promise<void> {
    return this.wideWork.run(name);
  }

  @EventPattern<string>(handAcked.name)
  async ack(@Payload() { name }: { name: string }, @Ctx() context: TaskContext): Promise<void> {
    await this.work.run(name);
    const channel = context.getChannelRef();
    channel.ack(context.getMessage());
  }

  @EventPattern<string>(failing.name)
  fail(): never {
    throw new Error('it always fails');
  }

  /** Makes the broker close the channel, the first time. */
  @EventPattern<string>(breaking.name)
  async breakChannel(@Payload() { how }: { how: '406' | '404' }, @Ctx() context: TaskContext): Promise<void> {
    if (context.isRedelivered) return;
    const channel = context.getChannelRef();
    if (how === '404') await channel.checkQueue('nobody-declared-this');
    // Past the channel that a handler is given, which would keep it from settling what is not its own.
    else (Object.getPrototypeOf(channel) as Channel).ack.call(channel, unknownDelivery);
  }
}

let vhost: Vhost;
let proxy: AmqpProxy;
let worker: TestWorker;
let work: SteeredWork;
let wideWork: SteeredWork;
let readiness: ReadinessLog;

beforeEach(async () => {
  vhost = await Vhost.open();
  proxy = await AmqpProxy.open(vhost.url);
  work = new SteeredWork();
  wideWork = new SteeredWork();
});

afterEach(async () => {
  await worker.close();
  await proxy.close();
  await vhost.close();
});

async function start(options: Partial<WorkerOptions> = {}): Promise<void> {
  worker = await TestWorker.create({
    urls: [proxy.url],
    tasks: [task, handAcked, failing, breaking],
    controllers: [WorkController],
    providers: [
      { provide: SteeredWork, useValue: work },
      { provide: WIDE, useValue: wideWork },
    ],
    ...options,
  });
  readiness = new ReadinessLog(worker);
  await worker.listen();
}

/** Every test ends with this: the next task runs, one consumer is there, and readiness was never better than the truth. */
async function worksAgain(): Promise<void> {
  await worker.queue.add(task, { name: 'the next one' });
  await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
  await hasOneConsumer();
  expect(readiness.whenInterrupted.filter((said) => said.isReady)).toEqual([]);
  await isReady();
}

async function hasOneConsumer(): Promise<void> {
  // Those of a connection that was cut are gone when the broker has noticed, a moment later.
  await waitFor('exactly one consumer', async () => (await vhost.consumers(queue.name)) === 1);
}

async function isReady(): Promise<void> {
  // The producing connection comes back on its own; what it lacks is said as long as it is not there.
  await waitFor(
    () => `the worker to be ready; it says ${JSON.stringify(worker.readiness())}`,
    () => worker.readiness().isReady,
  );
}

/** The worker has noticed that its consumer is gone, and consumes again. */
async function consumesAgain(times = 1): Promise<void> {
  await worker.sees('consumer.started', times + 1);
  expect(worker.seen('consumer.interrupted').length).toBeGreaterThanOrEqual(times);
}

describe('a queue that is deleted under its consumer', () => {
  it('is declared and consumed again', async () => {
    await start();
    await vhost.channel.deleteQueue(queue.name);
    await consumesAgain();
    expect(readiness.whenInterrupted).toEqual([
      {
        isReady: false,
        problems: ['queue "work" is not consumed (the broker cancelled the consumer (was the queue deleted?))'],
      },
    ]);
    await worksAgain();
  });

  it('and recreated by somebody else with the same arguments is consumed again, with what came in meanwhile', async () => {
    await start();
    await vhost.channel.deleteQueue(queue.name);
    await vhost.channel.assertQueue(queue.name, { durable: true });
    vhost.publish(queue.name, JSON.stringify({ pattern: task.name, data: { name: 'came in meanwhile' } }));
    await consumesAgain();
    await waitFor('its task', () => work.runsOf('came in meanwhile') === 1);
    await worksAgain();
  });

  it('over and over is consumed by one consumer in the end', async () => {
    await start();
    for (const times of [1, 2, 3, 4]) {
      await vhost.channel.deleteQueue(queue.name);
      await consumesAgain(times);
    }
    await worksAgain();
  });

  it('is declared again when it was the dead-letter queue, as soon as a task needs it', async () => {
    await start();
    await vhost.channel.deleteQueue('work.dlq');
    const { id } = await worker.queue.add(failing, { name: 'dead' });
    await worker.sees('task.dead-lettered');
    expect((await vhost.take('work.dlq')).properties.messageId).toBe(id);
    await worksAgain();
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('a channel that the broker closes for an error', () => {
  it.each([
    ['406', 'an acknowledgement of an unknown delivery', 'PRECONDITION_FAILED'],
    ['404', 'a look at a queue that does not exist', 'NOT_FOUND'],
  ] as const)('by %s after %s is opened again, and its task is handed out again', async (how, _what, reason) => {
    await start();
    await worker.queue.add(breaking, { how });
    await consumesAgain();
    expect(readiness.whenInterrupted[0]?.problems[0]).toContain(reason);
    expect(worker.seen('connection.lost')).toEqual([]);
    await waitFor('the task to be completed', () => worker.seen('task.started').length === 2);
    expect(worker.seen('task.started').map(({ redelivered }) => redelivered)).toEqual([false, true]);
    await worksAgain();
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('a connection that is lost', () => {
  it.each(['warren consuming', 'warren producing'])('closed by an operator ("%s") is opened again', async (name) => {
    await start();
    expect(await vhost.closeConnections(name)).toBe(1);
    const { role, why } = await worker.sees('connection.lost');
    expect(`warren ${role}`).toBe(name);
    expect(why).toContain('CONNECTION_FORCED');
    await isReady();
    await worksAgain();
    expect(worker.seen('consumer.started')).toHaveLength(name === 'warren consuming' ? 2 : 1);
  });

  it('without a word, by a link that falls silent, is noticed by the heartbeat and opened again', async () => {
    const silent = await TcpProxy.open(vhost.url);
    await start({ urls: [silent.url], heartbeat: 1, connectTimeout: 500 });
    silent.blackHole();
    await worker.sees('consumer.interrupted');
    silent.heal();
    await worksAgain();
    await silent.close();
  });

  const steps: [AmqpMethod, CutTime][] = [
    ['connection.open', 'after'],
    ['channel.open', 'before'],
    ['channel.open', 'after'],
    ['queue.declare', 'before'],
    ['queue.declare', 'after'],
    ['basic.qos', 'before'],
    ['basic.qos', 'after'],
    ['basic.consume', 'before'],
    ['basic.consume', 'after'],
    ['confirm.select', 'after'],
  ];

  it.each(steps)('again while it is set up, at %s, %s the broker has seen it, is set up once more', async (...step) => {
    await start();
    for (let times = 0; times < 3; times += 1) proxy.cutAt(...step);
    proxy.cut();
    await waitFor('three more cuts', () => proxy.cutsDone === 3);
    await worksAgain();
  });

  it.each(steps)(
    'while it is set up for the first time, at %s, %s the broker has seen it, still starts',
    async (...step) => {
      proxy.cutAt(...step);
      await start();
      await worksAgain();
      expect(proxy.cutsDone).toBe(1);
    },
  );

  it('many times in a row leaves one consumer', async () => {
    await start();
    for (let times = 1; times <= 6; times += 1) {
      proxy.cut();
      await consumesAgain(times);
    }
    await worksAgain();
  });

  it('at the moment it is open again, many times in a row, leaves one consumer', async () => {
    await start();
    let cuts = 6;
    worker.app.get(QueueEvents).on('connection.open', () => {
      if (cuts > 0) setImmediate(() => proxy.cut());
      cuts -= 1;
    });
    proxy.cut();
    await waitFor('six cuts', () => cuts < 0);
    await worksAgain();
  });
});

describe('a task whose channel is lost while it runs', () => {
  /** The consumer is back, and a delivery waits in the worker's hand for the run that is still under way. */
  async function loseChannel(): Promise<void> {
    const times = worker.seen('consumer.started').length;
    proxy.cut();
    await consumesAgain(times);
    await worker.queue.add(task, { name: `behind it ${times}` });
    await waitFor('one delivery in the worker’s hand, the rest in the queue', async () => {
      const { consumerCount, messageCount } = await vhost.channel.checkQueue(queue.name);
      return consumerCount === 1 && messageCount === times;
    });
  }

  it('and completes late is not run a second time', async () => {
    await start();
    const long = work.hold('long');
    const { id } = await worker.queue.add(task, { name: 'long' });
    await waitFor('it to run', () => work.runsOf('long') === 1);
    await loseChannel();
    expect(work.runs).toEqual(['long']);
    expect(worker.readiness().problems).toContain(
      'queue "work": all 1 slots are held by tasks that still run though their delivery was lost',
    );

    long.release();
    expect(await worker.sees('task.skipped')).toMatchObject({ id, redelivered: true });
    await worksAgain();
    expect(work.runs).toEqual(['long', 'behind it 1', 'the next one']);
    expect(work.mostAtOnce).toBe(1);
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });

  it('and lost again, completes late and is not run a second time', async () => {
    await start();
    const long = work.hold('long');
    await worker.queue.add(task, { name: 'long' });
    await waitFor('it to run', () => work.runsOf('long') === 1);
    await loseChannel();
    await loseChannel();
    expect(work.runs).toEqual(['long']);

    long.release();
    await worker.sees('task.skipped');
    await worksAgain();
    expect(work.runsOf('long')).toBe(1);
    expect(work.mostAtOnce).toBe(1);
  });

  it('and is acknowledged late by its handler does no harm', async () => {
    await start();
    const long = work.hold('long');
    await worker.queue.add(handAcked, { name: 'long' });
    await waitFor('it to run', () => work.runsOf('long') === 1);
    await loseChannel();

    long.release();
    expect(await worker.sees('settle.ignored')).toMatchObject({ verb: 'ack' });
    await worker.sees('task.skipped');
    await worksAgain();
    expect(work.runsOf('long')).toBe(1);
    expect(worker.seen('consumer.started')).toHaveLength(2);
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });

  it('and fails late is run again, not put aside', async () => {
    await start();
    const long = work.hold('long');
    await worker.queue.add(task, { name: 'long' });
    await waitFor('it to run', () => work.runsOf('long') === 1);
    await loseChannel();

    long.fail(new Error('it failed late'));
    await worker.sees('task.lost');
    await waitFor('it to run again', () => work.runsOf('long') === 2);
    await worksAgain();
    expect(work.mostAtOnce).toBe(1);
    expect(worker.seen('task.dead-lettered')).toEqual([]);
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('a lost channel that the broker has not noticed yet', () => {
  it('does not make room for a second handler, whatever is handed out on the next one', async () => {
    await start();
    const long = work.hold('long');
    await worker.queue.add(task, { name: 'long' });
    await waitFor('it to run', () => work.runsOf('long') === 1);
    proxy.cutUnnoticed();
    await consumesAgain();
    await worker.queue.add(task, { name: 'behind it' });
    await waitFor('it to be in the worker’s hand', async () => {
      return (await vhost.channel.checkQueue(queue.name)).messageCount === 0;
    });
    expect(worker.readiness()).toEqual({
      isReady: false,
      problems: ['queue "work": all 1 slots are held by tasks that still run though their delivery was lost'],
    });
    await stays('nothing runs beside the first', () => work.runs.length === 1);

    long.release();
    await waitFor('the other to run', () => work.runsOf('behind it') === 1);
    proxy.letNotice();
    await waitFor('the first to be handed out and run again', () => work.runsOf('long') === 2);
    await worksAgain();
    expect(work.mostAtOnce).toBe(1);
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('two queues in one worker', () => {
  it('each run as many tasks at once as their own concurrency says, also when connections are lost', async () => {
    await start({ tasks: [task, wideTask] });
    const names = Array.from({ length: 30 }, (_, index) => `task ${index}`);
    const adding = worker.queue.addBulk(
      names.flatMap((name) => [task, wideTask].map((definition) => ({ task: definition, payload: { name } }))),
    );
    await waitFor('some to run', () => work.runs.length > 3 && wideWork.runs.length > 3);
    proxy.cut();
    expect((await adding).filter(({ ok }) => !ok)).toEqual([]);
    await waitFor('all to run', () => names.every((name) => work.runs.includes(name) && wideWork.runs.includes(name)));
    expect(work.mostAtOnce).toBe(1);
    expect(wideWork.mostAtOnce).toBe(3);
    await worksAgain();
    await waitFor('one consumer on the wide queue', async () => (await vhost.consumers(wide.name)) === 1);
  });
});

describe('tasks that are added while every connection is lost again and again', () => {
  it('are all confirmed in the end, and none that was confirmed is missing', async () => {
    await start();
    const confirmed: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const names = Array.from({ length: 50 }, (_, index) => `round ${round}, task ${index}`);
      const adding = worker.queue.addBulk(names.map((name) => ({ task, payload: { name } })));
      // In the middle: some are confirmed, some are on their way, some have not left.
      await waitFor('the first confirm', () => worker.seen('task.added').length > confirmed.length);
      proxy.cut();
      expect((await adding).filter(({ ok }) => !ok)).toEqual([]);
      confirmed.push(...names);
    }
    await waitFor('all to run', () => confirmed.every((name) => work.runs.includes(name)));
    expect(work.mostAtOnce).toBe(1);
    await worksAgain();
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
  });
});
