import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskContext, defineQueue, defineTask } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import { PrivateNode } from '../support/private-node';
import { TestProcess } from '../support/process';
import { newTask } from '../support/tutorial';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/**
 * Every row of docs/delivery-guarantees.md is a test of the same name, here or, when it is about failed and waiting tasks, in
 * delivery-guarantees-of-failures.e2e-spec.ts; test/unit/delivery-guarantees.spec.ts holds them together.
 */

let vhost: Vhost;
let proxy: AmqpProxy;
let folder: string;
const processes: TestProcess[] = [];
const workers: TestWorker[] = [];

beforeEach(async () => {
  vhost = await Vhost.open();
  proxy = await AmqpProxy.open(vhost.url);
  folder = await mkdtemp(join(tmpdir(), 'warren-e2e-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop()));
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await proxy.close();
  await vhost.close();
  await rm(folder, { recursive: true });
});

async function startWorker(url: string, queue: string, env: Record<string, string> = {}): Promise<TestProcess> {
  const worker = TestProcess.app('worker', {
    AMQP_URL: url,
    WORKER_QUEUES: queue,
    WORKER_PORT: '0',
    LOG_FORMAT: 'json',
    IMAGE_OUTPUT_DIR: folder,
    ...env,
  });
  processes.push(worker);
  await waitFor(
    () => `it to consume; it wrote:\n${worker.output}`,
    () => worker.events('consumer.started').length > 0,
  );
  return worker;
}

async function startProducer(url: string): Promise<{ process: TestProcess; add: (text: string) => Promise<Response> }> {
  const process = TestProcess.app('producer', {
    AMQP_URL: url,
    PRODUCER_PORT: '0',
    PRODUCER_DOCS: 'off',
    LOG_FORMAT: 'json',
  });
  processes.push(process);
  const base = /http:\/\/[^/]+/.exec(await process.line(/tasks are added at/))?.[0] ?? '';
  await waitFor('it to connect', () => process.events('connection.open').length > 0);
  const add = (text: string): Promise<Response> =>
    fetch(`${base}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'tutorial', payload: text }),
    });
  return { process, add };
}

/** Runs for longer than any test does. */
const LONG = `A long one${'.'.repeat(600)}`;

const note = defineTask({ name: 'note', queue: defineQueue({ name: 'notes', type: 'classic' }), payload: z.string() });

describe('the producer', () => {
  it('dies after the confirm', async () => {
    const { process, add } = await startProducer(vhost.url);
    expect((await add('kept')).status).toBe(202);
    process.signal('SIGKILL');
    await process.exit();
    expect((await vhost.take('task_queue')).content.toString()).toBe('kept');
  });

  it('dies before the confirm', async () => {
    const { process, add } = await startProducer(proxy.url);
    expect((await add('the first')).status).toBe(202);
    proxy.cutAt('basic.publish', 'unanswered');
    const answer = add('the second').then(
      () => 'answered',
      () => 'no answer',
    );
    await waitFor(
      'the second to be stored',
      async () => (await vhost.channel.checkQueue('task_queue')).messageCount === 2,
    );
    process.signal('SIGKILL');
    // The confirm was on its way: the caller heard nothing, and must add it again to be sure.
    expect(await answer).toBe('no answer');
  });

  it('loses its connection before the confirm', async () => {
    const producer = await TestWorker.create({ urls: [proxy.url], tasks: [note] });
    workers.push(producer);
    await producer.queue.add(note, 'the first');
    proxy.cutAt('basic.publish', 'after');
    await producer.queue.add(note, 'the second', { id: 'second' });
    expect(proxy.cutsDone).toBe(1);
    await vhost.take('notes');
    // Sent again, because nobody could know: two copies with one id.
    expect(
      [await vhost.take('notes'), await vhost.take('notes')].map(({ properties }) => properties.messageId),
    ).toEqual(['second', 'second']);
  });
});

describe('the broker', () => {
  it('dies after the confirm', async () => {
    const node = await PrivateNode.start();
    try {
      const producer = await TestWorker.create({ urls: [node.url], tasks: [note] });
      workers.push(producer);
      const ids: string[] = [];
      for (let count = 0; count < 100; count += 1) ids.push((await producer.queue.add(note, 'a note')).id);
      await node.writeDownQueues();
      await node.kill();
      await node.restart();
      const seen: string[] = [];
      @Controller()
      class NotesController {
        @EventPattern<string>('note')
        handle(): void {}
      }
      const worker = await TestWorker.start({ urls: [node.url], tasks: [note], controllers: [NotesController] });
      workers.push(worker);
      await worker.sees('task.completed', ids.length);
      for (const { id } of worker.seen('task.completed')) seen.push(String(id));
      expect(seen.toSorted()).toEqual(ids.toSorted());
    } finally {
      await Promise.all(workers.splice(0).map((app) => app.close()));
      await node.stop();
    }
  });
});

describe('the worker', () => {
  it('dies while the handler works', async () => {
    const victim = await startWorker(vhost.url, 'task_queue');
    newTask(vhost.url, LONG);
    await victim.line(' [x] Received');
    victim.signal('SIGKILL');
    const survivor = await startWorker(vhost.url, 'task_queue');
    await survivor.line(' [x] Received');
    expect(survivor.events('task.started')).toMatchObject([{ redelivered: true }]);
    expect(victim.events('task.completed')).toEqual([]);
  });

  it('dies after the work and before the ack', async () => {
    const victim = await startWorker(proxy.url, 'task_queue');
    proxy.cutAt('basic.ack', 'never');
    newTask(vhost.url, 'Done twice');
    await waitFor('it to be completed', () => victim.events('task.completed').length > 0);
    await waitFor('its ack to be lost', () => proxy.cutsDone === 1);
    victim.signal('SIGKILL');
    await victim.exit();
    proxy.cut();
    const survivor = await startWorker(vhost.url, 'task_queue');
    await survivor.line(' [x] Done');
    await waitFor('it to be completed', () => survivor.events('task.completed').length > 0);
    expect(victim.events('task.completed')).toHaveLength(1);
    expect(survivor.events('task.completed')).toMatchObject([
      { id: victim.events('task.completed')[0]?.['id'], redelivered: true },
    ]);
  });

  it('dies between putting a task aside and the ack', async () => {
    // What it records of its start is published as well, and is not what is cut.
    const victim = await startWorker(proxy.url, 'images', { EVENTS_STREAM: 'off' });
    const task = { pattern: 'image.resize', data: { source: 'not-there.jpg', width: 10, output: 'x.png' } };
    proxy.cutAt('basic.publish', 'unanswered'); // without the confirm there is no ack
    vhost.publish('images', JSON.stringify(task), { messageId: 'aside' });
    await waitFor('it to be put aside', async () => (await vhost.channel.checkQueue('images.dlq')).messageCount === 1);
    victim.signal('SIGKILL');
    await victim.exit();
    const survivor = await startWorker(vhost.url, 'images');
    await waitFor('it to be put aside again', () => survivor.events('task.dead-lettered').length === 1);
    const dead = [await vhost.take('images.dlq'), await vhost.take('images.dlq')];
    expect(dead.map(({ properties }) => properties.messageId)).toEqual(['aside', 'aside']);
    expect(victim.events('task.dead-lettered')).toEqual([]);
  });

  it('loses its connection while the handler works', async () => {
    let runs = 0;
    let finish: () => void = () => undefined;
    @Controller()
    class NotesController {
      @EventPattern<string>('note')
      async handle(): Promise<void> {
        runs += 1;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      }
    }
    const worker = await TestWorker.start({ urls: [proxy.url], tasks: [note], controllers: [NotesController] });
    workers.push(worker);
    await worker.queue.add(note, 'once');
    await worker.sees('task.started');
    proxy.cut();
    await worker.sees('consumer.started', 2);
    finish();
    await worker.sees('task.skipped');
    expect(runs).toBe(1);
    expect((await vhost.channel.checkQueue('notes')).messageCount).toBe(0);
  });

  it('is told to stop', async () => {
    newTask(vhost.url, 'Finished..');
    const worker = await startWorker(vhost.url, 'task_queue');
    await worker.line(" [x] Received 'Finished..'");
    worker.signal('SIGTERM');
    await waitFor('it to stop', () => worker.events('worker.stopping').length === 1);
    vhost.publish('task_queue', 'Left for others.');
    expect(await worker.exit()).toEqual({ code: 0, signal: null });
    expect(worker.stdout).toContain(' [x] Done');
    const left = await vhost.take('task_queue');
    expect(left.content.toString()).toBe('Left for others.');
    expect(await vhost.channel.get('task_queue')).toBe(false);
  });

  it('is told to stop and a handler outlasts the deadline', async () => {
    const aborted: unknown[] = [];
    @Controller()
    class NotesController {
      @EventPattern<string>('note')
      async handle(@Ctx() context: TaskContext): Promise<void> {
        await new Promise((resolve) => {
          context.signal.addEventListener('abort', resolve);
        });
        aborted.push(context.signal.reason);
        context.signal.throwIfAborted();
      }
    }
    const options = { urls: [vhost.url], tasks: [note], controllers: [NotesController], shutdownTimeout: 100 };
    const worker = await TestWorker.start(options);
    await worker.queue.add(note, 'too long', { id: 'too-long' });
    await worker.sees('task.started');
    await worker.close();
    expect(aborted).toHaveLength(1);
    expect(await vhost.take('notes')).toMatchObject({
      fields: { redelivered: true },
      properties: { messageId: 'too-long' },
    });
  });
});

describe('a task', () => {
  it('fails with an UnrecoverableError', async () => {
    const worker = await startWorker(vhost.url, 'images');
    const task = { pattern: 'image.resize', data: { source: 'not-there.jpg', width: 10, output: 'x.png' } };
    vhost.publish('images', JSON.stringify(task));
    await waitFor('it to be put aside', () => worker.events('task.dead-lettered').length === 1);
    expect((await vhost.take('images.dlq')).properties.headers).toMatchObject({
      'x-dead-letter-reason': 'unrecoverable',
    });
  });

  it('cannot be read, or nobody handles it', async () => {
    const worker = await startWorker(vhost.url, 'images');
    vhost.publish('images', 'no packet');
    vhost.publish('images', '{"pattern":"nobody"}');
    await waitFor('both to be put aside', () => worker.events('task.dead-lettered').length === 2);
    const reasons = [await vhost.take('images.dlq'), await vhost.take('images.dlq')].map(
      ({ properties }) => properties.headers?.['x-dead-letter-reason'] as string,
    );
    expect(reasons).toEqual(['undecodable', 'unknown-task']);
  });

  it('loses its queue', async () => {
    const worker = await startWorker(vhost.url, 'task_queue');
    await vhost.channel.deleteQueue('task_queue');
    await waitFor('the worker to consume again', () => worker.events('consumer.started').length === 2);
    newTask(vhost.url, 'Afterwards');
    await worker.line(' [x] Done');
    expect(await vhost.consumers('task_queue')).toBe(1);
  });
});
