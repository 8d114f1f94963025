import { setTimeout as delay } from 'node:timers/promises';
import { defineQueue, defineTask, rmqTransport } from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { Controller } from '@nestjs/common';
import type { INestMicroservice, Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { MicroserviceOptions, RmqContext } from '@nestjs/microservices';
import type { Channel, Message } from 'amqplib';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { gate } from '../support/gate';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** Milliseconds of work of a task; the payload is the work itself, so loads can be added up exactly. */
const HEAVY = 200;
const LIGHT = 10;

type Runs = { worker: string; work: number; text: string; end: number }[];

/** What a task's work is, when it is no timer. */
type Work = (text: string) => Promise<void> | undefined;

/** A worker's handler, which notes who ran what. One task at a time, as work on one processor is; the work is a timer, unless given. */
function controllerOf(worker: string, runs: Runs, given?: Work): Type {
  @Controller()
  class WorkController {
    private before = Promise.resolve();

    @EventPattern<string>('work')
    async handle(@Payload() { work, text }: { work: number; text: string }, @Ctx() context: RmqContext): Promise<void> {
      this.before = this.before.then(() => given?.(text) ?? delay(work));
      await this.before;
      runs.push({ worker, work, text, end: performance.now() });
      (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
    }
  }
  return WorkController;
}

function taskOn(name: string): TaskDefinition {
  const queue = defineQueue({ name, type: 'classic' });
  return defineTask({ name: 'work', queue, payload: z.object({ work: z.number(), text: z.string() }) });
}

/** The work each worker did, in milliseconds of task time, and when the last task ended. */
function loads(runs: Runs, workers: readonly string[]): number[] {
  return workers.map((worker) => runs.filter((run) => run.worker === worker).reduce((sum, run) => sum + run.work, 0));
}

const oddHeavyEvenLight = Array.from({ length: 20 }, (_, index) => ({
  work: index % 2 === 0 ? HEAVY : LIGHT,
  text: `task ${index + 1}`,
}));
const ideal = oddHeavyEvenLight.reduce((sum, { work }) => sum + work, 0) / 2;

let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

const messages = ['First message.', 'Second message..', 'Third message...', 'Fourth message....', 'Fifth message.....'];

describe('two workers on one queue', () => {
  it('share the tutorial’s five messages in turn', async () => {
    const task = taskOn('round-robin');
    const runs: Runs = [];
    const gates = messages.map(() => gate());
    const work = (text: string): Promise<void> | undefined => gates[messages.indexOf(text)]?.opened;
    const workers = [await start('first', task, runs, work), await start('second', task, runs, work)];

    // As if each dot took its time, to the worker that has ended first.
    const taken = (): number => workers.reduce((sum, worker) => sum + worker.seen('task.started').length, 0);
    for (const [index, text] of messages.entries()) {
      gates[index - 2]?.open();
      await waitFor('the one before it to be done', () => runs.length === Math.max(0, index - 1));
      await workers[0]?.queue.add(task, { work: 0, text });
      await waitFor('it to be taken', () => taken() === index + 1);
    }
    for (const { open } of gates) open();
    await waitFor('five runs', () => runs.length === 5);

    const byWorker = ['first', 'second'].map((name) =>
      runs.filter(({ worker }) => worker === name).map(({ text }) => text),
    );
    const [odd, even] = byWorker.at(0)?.includes('First message.') ? byWorker : byWorker.toReversed();
    expect(odd).toEqual(['First message.', 'Third message...', 'Fifth message.....']);
    expect(even).toEqual(['Second message..', 'Fourth message....']);
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it('with prefetch 1 share heavy and light tasks within 10 % of the ideal; with prefetch off one does nearly all', async () => {
    const fair = await makespan('fair', async (task, runs) => [
      await start('first', task, runs),
      await start('second', task, runs),
    ]);
    const unfair = await makespan('unfair', async (task, runs) => [
      await startWithoutPrefetch('first', task, runs),
      await startWithoutPrefetch('second', task, runs),
    ]);

    expect(Math.max(...fair.loads)).toBeLessThanOrEqual(ideal * 1.1);
    // Round robin without a limit: every heavy task goes to one worker, every light one to the other.
    expect(Math.max(...unfair.loads)).toBe(10 * HEAVY);
    expect(fair.duration).toBeLessThan(unfair.duration);
  });
});

/** Fills a queue, lets two workers empty it, and tells how the work was shared and how long it took. */
async function makespan(
  name: string,
  startWorkers: (task: TaskDefinition, runs: Runs) => Promise<{ close(): Promise<unknown> }[]>,
): Promise<{ loads: number[]; duration: number }> {
  const task = taskOn(name);
  const runs: Runs = [];
  const producer = await TestWorker.create({ urls: [vhost.url], tasks: [task] });
  const workers = await startWorkers(task, runs);
  const startedAt = performance.now();
  for (const payload of oddHeavyEvenLight) await producer.queue.add(task, payload);
  await waitFor('every run', () => runs.length === oddHeavyEvenLight.length);
  const duration = Math.max(...runs.map(({ end }) => end)) - startedAt;
  await Promise.all([...workers, producer].map((app) => app.close()));
  return { loads: loads(runs, ['first', 'second']), duration };
}

function start(name: string, task: TaskDefinition, runs: Runs, work?: Work): Promise<TestWorker> {
  return TestWorker.start({ urls: [vhost.url], tasks: [task], controllers: [controllerOf(name, runs, work)] });
}

/** Nest's own transport as Warren configures it, but for the prefetch. */
async function startWithoutPrefetch(name: string, task: TaskDefinition, runs: Runs): Promise<INestMicroservice> {
  const module = await Test.createTestingModule({ controllers: [controllerOf(name, runs)] }).compile();
  const settings = {
    urls: [vhost.url],
    queueType: 'classic',
    concurrency: 1,
    heartbeat: 30,
    connectTimeout: 5_000,
    reconnectDelay: 100,
  } as const;
  const { transport, options } = rmqTransport(settings, task.queue);
  const app = module.createNestMicroservice<MicroserviceOptions>({
    transport,
    options: { ...options, prefetchCount: 0 },
  });
  await app.listen();
  await waitFor('its consumer', async () => (await vhost.consumers(task.queue.name)) >= (name === 'first' ? 1 : 2));
  return app;
}
