import { QueueModule, TaskContext, TaskServer, connectWorker, defineQueue, defineTask } from '@app/queue';
import { Controller, Injectable, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import { SteeredWork } from '../support/steered-work';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';
import type { WorkerOptions } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic' });
const payload = z.object({ name: z.string() });
/** Its handler does not know that workers stop. */
const deaf = defineTask({ name: 'deaf', queue, payload });
/** Its handler gives up when its signal fires. */
const attentive = defineTask({ name: 'attentive', queue, payload });
/** Its handler returns when its signal fires, because its work can end anywhere. */
const tidy = defineTask({ name: 'tidy', queue, payload });

const untilFired = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

@Controller()
class WorkController {
  constructor(private readonly work: SteeredWork) {}

  @EventPattern<string>(deaf.name)
  async run(@Payload() { name }: { name: string }): Promise<void> {
    await this.work.run(name);
  }

  @EventPattern<string>(attentive.name)
  async giveUp(@Payload() { name }: { name: string }, @Ctx() { signal }: TaskContext): Promise<void> {
    await Promise.race([this.work.run(name), untilFired(signal)]);
    signal.throwIfAborted();
  }

  @EventPattern<string>(tidy.name)
  async tidyUp(@Payload() { name }: { name: string }, @Ctx() { signal }: TaskContext): Promise<void> {
    await Promise.race([this.work.run(name), untilFired(signal)]);
  }
}

let vhost: Vhost;
let work: SteeredWork;
let workers: TestWorker[];

beforeEach(async () => {
  vhost = await Vhost.open();
  work = new SteeredWork();
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await vhost.close();
});

async function create(options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  const worker = await TestWorker.create({
    urls: [vhost.url],
    tasks: [deaf, attentive, tidy],
    controllers: [WorkController],
    providers: [{ provide: SteeredWork, useValue: work }],
    ...options,
  });
  workers.push(worker);
  return worker;
}

async function start(options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  const worker = await create(options);
  await worker.listen();
  return worker;
}

/** Another worker takes over, so nothing is stuck: it is the one consumer and runs just these tasks, and then the next one. */
async function takesOver(another: TestWorker, expected: { id: string; redelivered: boolean }[]): Promise<void> {
  const { id } = await another.queue.add(deaf, { name: 'the next one' });
  await another.sees('task.completed', expected.length + 1);
  const got = another.seen('task.started').map((run) => ({ id: run.id, redelivered: run.redelivered }));
  // In any order: what comes back to a classic queue is counted and goes to its end.
  expect(new Set(got)).toEqual(new Set([...expected, { id, redelivered: false }]));
  expect(got).toHaveLength(expected.length + 1);
  await waitFor('exactly one consumer', async () => (await vhost.consumers(queue.name)) === 1);
  expect(another.readiness()).toEqual({ isReady: true, problems: [] });
  await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 0 });
}

describe('a worker that stops', () => {
  it.each([1, 3])('lets its %i running tasks finish and leaves those behind them untouched', async (concurrency) => {
    const worker = await start({ concurrency });
    const running = Array.from({ length: concurrency }, (_, index) => `running ${index}`);
    const holds = running.map((name) => work.hold(name));
    for (const name of running) await worker.queue.add(deaf, { name });
    const left = [await worker.queue.add(deaf, { name: 'left 1' }), await worker.queue.add(deaf, { name: 'left 2' })];
    await waitFor('them to run', () => work.runs.length === concurrency);

    const closing = worker.close();
    await waitFor('readiness to say so', () => worker.readiness().problems.includes('the worker is stopping'));
    expect(worker.readiness().isReady).toBe(false);
    await waitFor('its consumer to be cancelled', async () => (await vhost.consumers(queue.name)) === 0);
    for (const hold of holds) hold.release();
    await closing;

    expect(work.runs).toEqual(running);
    expect(worker.seen('task.completed')).toHaveLength(concurrency);
    expect(worker.seen('task.requeued')).toEqual([]);
    await takesOver(
      await start(),
      left.map(({ id }) => ({ id, redelivered: false })),
    );
  });

  it.each(['quorum', 'classic'] as const)(
    'leaves nothing in a %s queue of a hundred that end at once',
    async (type) => {
      const many = defineQueue({ name: 'many', type });
      const task = defineTask({ name: deaf.name, queue: many, payload });
      const count = 100;
      const worker = await start({ tasks: [task], concurrency: count });
      const names = Array.from({ length: count }, (_, index) => String(index));
      const holds = names.map((name) => work.hold(name));
      await worker.queue.addBulk(names.map((name) => ({ task, payload: { name } })));
      await waitFor('them to run', () => work.runs.length === count);
      const closing = worker.close();
      for (const hold of holds) hold.release();
      await closing;
      expect(worker.seen('task.completed')).toHaveLength(count);
      await vhost.settles(many.name, { ready: 0, unacked: 0, dead: 0 });
    },
  );

  it('puts a task aside that fails while it stops', async () => {
    const worker = await start();
    const failing = work.hold('failing');
    const { id } = await worker.queue.add(deaf, { name: 'failing' });
    await waitFor('it to run', () => work.runs.length === 1);
    const closing = worker.close();
    failing.fail(new Error('it failed while the worker stopped'));
    await closing;
    expect((await vhost.take('work.dlq')).properties.messageId).toBe(id);
    await takesOver(await start(), []);
  });

  it('gives back what the broker hands out before it has heard that the consumer is cancelled', async () => {
    const slow = await AmqpProxy.open(vhost.url);
    const worker = await start({ urls: [slow.url] });
    slow.cutAt('basic.cancel', 'held');
    const closing = worker.close();
    await waitFor('it to have said so', () => slow.cutsDone === 1);
    vhost.publish(queue.name, JSON.stringify({ pattern: deaf.name, data: { name: 'too late' } }), {
      messageId: 'late',
    });
    await waitFor('it to be handed out', async () => (await vhost.channel.checkQueue(queue.name)).messageCount === 0);
    slow.letGo();
    await closing;
    expect(work.runs).toEqual([]);
    await takesOver(await start(), [{ id: 'late', redelivered: true }]);
    await slow.close();
  });

  it('waits for the confirms of what it has added', async () => {
    const worker = await start();
    const adding = worker.queue.addBulk(
      Array.from({ length: 200 }, (_, index) => ({ task: deaf, payload: { name: `task ${index}` } })),
    );
    const closing = worker.close();
    expect((await adding).filter(({ ok }) => !ok)).toEqual([]);
    await closing;
    const another = await start({ concurrency: 100 });
    await waitFor('all to run', () => new Set(work.runs).size === 200);
    expect(another.readiness().isReady).toBe(true);
  });

  it('has stopped handling before another module’s onModuleDestroy, when the root module drains it', async () => {
    const happened: string[] = [];

    @Injectable()
    class Pool implements OnModuleDestroy {
      onModuleDestroy(): void {
        happened.push('the pool is destroyed');
      }
    }
    @Module({ providers: [Pool], exports: [Pool] })
    class PoolModule {}

    @Controller()
    class PoolController {
      constructor(readonly pool: Pool) {}

      @EventPattern<string>(deaf.name)
      async run(@Payload() { name }: { name: string }): Promise<void> {
        await work.run(name);
        happened.push('the task has ended');
      }
    }
    @Module({
      imports: [PoolModule, QueueModule.forRoot({ urls: [vhost.url], tasks: [deaf], shutdownTimeout: 5_000 })],
      controllers: [PoolController],
    })
    class RootModule implements OnModuleDestroy {
      constructor(private readonly server: TaskServer) {}

      async onModuleDestroy(): Promise<void> {
        await this.server.drain();
      }
    }
    const app = await NestFactory.create(RootModule, { logger: false });
    await connectWorker(app);
    await app.startAllMicroservices();
    const task = work.hold('running');
    vhost.publish(queue.name, JSON.stringify({ pattern: deaf.name, data: { name: 'running' } }));
    await waitFor('it to run', () => work.runs.length === 1);

    const closing = app.close();
    await waitFor('its consumer to be cancelled', async () => (await vhost.consumers(queue.name)) === 0);
    expect(happened).toEqual([]);
    task.release();
    await closing;
    expect(happened).toEqual(['the task has ended', 'the pool is destroyed']);
    await takesOver(await start(), []);
  });
});

describe('when the deadline of a stop passes', () => {
  const shutdownTimeout = 100;

  it.each([
    ['whose handler gives up at the signal', attentive, 'the worker stops'],
    ['whose handler goes on', deaf, 'the worker stops and it had not ended'],
  ])('a task %s is given back and another worker runs it', async (_what, task, why) => {
    const worker = await start({ shutdownTimeout });
    const hold = work.hold('long');
    const { id } = await worker.queue.add(task, { name: 'long' });
    await waitFor('it to run', () => work.runs.length === 1);
    const another = await start();
    await worker.close();

    expect(worker.seen('worker.deadline')).toMatchObject([{ running: 1 }]);
    expect(worker.seen('task.requeued')).toMatchObject([{ id, why }]);
    await takesOver(another, [{ id, redelivered: true }]);
    hold.release(); // a handler that goes on may end at any time; nobody minds
    await waitFor('it to have ended', () => task !== deaf || worker.seen('settle.ignored').length === 1);
  });

  it('a task that ends soon after the signal is completed', async () => {
    const worker = await start({ shutdownTimeout });
    work.hold('long');
    const { id } = await worker.queue.add(tidy, { name: 'long' });
    await waitFor('it to run', () => work.runs.length === 1);
    await worker.close();
    expect(worker.seen('task.completed')).toMatchObject([{ id }]);
    expect(worker.seen('task.requeued')).toEqual([]);
    await takesOver(await start(), []);
  });

  it('every task that runs is given back, and those behind them are untouched', async () => {
    const worker = await start({ shutdownTimeout, concurrency: 3 });
    const names = ['one', 'two', 'three'];
    for (const name of names) work.hold(name);
    const added = [];
    for (const name of [...names, 'behind']) added.push(await worker.queue.add(attentive, { name }));
    await waitFor('three to run', () => work.runs.length === 3);
    await worker.close();
    await takesOver(
      await start(),
      added.map(({ id }, index) => ({ id, redelivered: index < 3 })),
    );
  });

  it('or somebody is in a hurry, the waiting ends at once', async () => {
    const worker = await start({ shutdownTimeout: 600_000 });
    work.hold('long');
    const { id } = await worker.queue.add(attentive, { name: 'long' });
    await waitFor('it to run', () => work.runs.length === 1);
    const closing = worker.close();
    await worker.sees('worker.stopping');
    worker.server.hurry();
    await closing;
    await takesOver(await start(), [{ id, redelivered: true }]);
  });
});

describe('a stop ends', () => {
  /** Far below a default grace period of 30 s; far above what a busy machine needs for nothing. */
  const SOON = 15_000;

  async function endsSoon(worker: TestWorker): Promise<void> {
    const begin = performance.now();
    await Promise.all([worker.close(), worker.close()]);
    expect(performance.now() - begin).toBeLessThan(SOON);
    expect(worker.server.state).toBe('stopped');
    await takesOver(await start(), []);
  }

  it('while the broker has never been there', async () => {
    const nobody = await AmqpProxy.reserve(vhost.url);
    const worker = await create({ urls: [nobody.url] });
    const starting = worker.listen();
    await worker.sees('connection.failed');
    await endsSoon(worker);
    await starting;
  });

  it('while the broker is away', async () => {
    const proxy = await AmqpProxy.open(vhost.url);
    const worker = await start({ urls: [proxy.url] });
    await proxy.close();
    await worker.sees('connection.failed', 2);
    await endsSoon(worker);
  });

  it('while the broker is away and a task runs, whose end it waits for', async () => {
    const proxy = await AmqpProxy.open(vhost.url);
    const worker = await start({ urls: [proxy.url] });
    const long = work.hold('long');
    const { id } = await worker.queue.add(deaf, { name: 'long' });
    await waitFor('it to run', () => work.runs.length === 1);
    await proxy.close();
    await worker.sees('consumer.interrupted');
    const closing = worker.close();
    await worker.sees('worker.stopping');
    long.release();
    await worker.sees('task.lost');
    await closing;
    await takesOver(await start(), [{ id, redelivered: true }]);
  });

  it('on a link that has fallen silent', async () => {
    const silent = await TcpProxy.open(vhost.url);
    const worker = await start({ urls: [silent.url] });
    silent.blackHole();
    const begin = performance.now();
    await worker.close();
    expect(performance.now() - begin).toBeLessThan(SOON);
    await silent.close();
    await waitFor('its consumer to be gone', async () => (await vhost.consumers(queue.name)) === 0);
    await takesOver(await start(), []);
  });

  it.each(['connection.open', 'queue.declare', 'basic.consume'] as const)(
    'while the broker hangs at %s',
    async (method) => {
      const proxy = await AmqpProxy.open(vhost.url);
      proxy.cutAt(method, 'never');
      if (method !== 'basic.consume') proxy.cutAt(method, 'never'); // both connections
      const worker = await create({ urls: [proxy.url] });
      const starting = worker.listen();
      await waitFor('it to hang', () => proxy.cutsDone > 0);
      const begin = performance.now();
      await worker.close();
      expect(performance.now() - begin).toBeLessThan(SOON);
      await starting;
      await proxy.close();
      await takesOver(await start(), []);
    },
  );
});
