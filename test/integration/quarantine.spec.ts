import { defineQueue, defineTask } from '@app/queue';
import type { QueueType } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { SteeredWork } from '../support/steered-work';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';
import type { WorkerOptions } from '../support/worker';

const payload = z.string();
const NAMES = ['a', 'b', 'c'];

const closing = closingAfterEach();
let vhost: Vhost;
let work: SteeredWork;

beforeEach(async () => {
  vhost = await Vhost.open();
  work = new SteeredWork();
});
afterEach(() => vhost.close());

/** A worker of so many queues, each with one task of the queue's name, and concurrency 2. */
function definitions(type: QueueType, names: readonly string[] = ['a']) {
  return names.map((name) => {
    const queue = defineQueue({ name, type, concurrency: 2 });
    return defineTask({ name, queue, payload });
  });
}

async function start(options: Pick<WorkerOptions, 'tasks'> & Partial<WorkerOptions>): Promise<TestWorker> {
  @Controller()
  class WorkController {
    @EventPattern(NAMES)
    run(@Payload() text: string): Promise<void> {
      return work.run(text);
    }
  }
  return closing(await TestWorker.start({ urls: [vhost.url], controllers: [WorkController], ...options }));
}

/** As the worker puts it there: what ended two workers, and may have done so as a bystander. */
function suspect(queue: string, text = `suspect of ${queue}`, crashes = 2): void {
  const message = JSON.stringify({ pattern: queue, data: text });
  vhost.publish(`${queue}.quarantine`, message, { messageId: text.slice(0, 100), headers: { 'x-crashes': crashes } });
}

async function consumers(): Promise<number[]> {
  const states = await Promise.all(NAMES.map((name) => vhost.channel.checkQueue(name)));
  return states.map(({ consumerCount }) => consumerCount);
}

describe.each<QueueType>(['quorum', 'classic'])('a suspect of a %s queue', (type) => {
  it('runs alone in the middle of a backlog, all of which is done', async () => {
    const tasks = definitions(type);
    const [task] = tasks as [(typeof tasks)[number]];
    const producer = closing(await TestWorker.create({ urls: [vhost.url], tasks }));
    const texts = Array.from({ length: 500 }, (_, index) => `task ${index}`);
    await producer.queue.addBulk(texts.map((text) => ({ task, payload: text })));
    const worker = await start({ tasks });
    await worker.sees('task.completed', 20);
    suspect('a');
    await worker.sees('task.completed', texts.length + 1);
    expect(new Set(work.runs)).toEqual(new Set([...texts, 'suspect of a']));
    expect(worker.seen('task.isolated')).toHaveLength(1);
    await vhost.settles('a', { ready: 0, unacked: 0, dead: 0 });
  });

  it('has nothing beside it: what waits begins when it has ended', async () => {
    const worker = await start({ tasks: definitions(type) });
    const hold = work.hold('suspect of a');
    suspect('a');
    await worker.sees('task.isolated');
    vhost.publish('a', JSON.stringify({ pattern: 'a', data: 'behind' }));
    await waitFor('it to wait', async () => (await vhost.channel.checkQueue('a')).messageCount === 1);
    expect(await vhost.consumers('a')).toBe(0);
    hold.release();
    await worker.sees('task.completed', 2);
    expect(work.runs).toEqual(['suspect of a', 'behind']);
    expect(work.mostAtOnce).toBe(1);
  });

  it('whose worker stops in the middle goes back, and the stop is not held against it', async () => {
    const crashLimit = 3; // one more would be the end
    const worker = await start({ tasks: definitions(type), shutdownTimeout: 50, crashLimit });
    work.hold('suspect of a');
    suspect('a');
    await worker.sees('task.isolated');
    await worker.close();
    await waitFor('it to be back', async () => (await vhost.channel.checkQueue('a.quarantine')).messageCount === 1);
    const next = await start({ tasks: definitions(type), crashLimit });
    await next.sees('task.completed');
    await vhost.settles('a', { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('suspects of several queues', () => {
  it('leave each queue with one consumer', async () => {
    const worker = await start({ tasks: definitions('quorum', NAMES) });
    for (let round = 1; round <= 4; round += 1) {
      for (const name of NAMES) suspect(name, `suspect ${round} of ${name}`);
      await worker.sees('task.completed', round * NAMES.length);
      await waitFor(
        () => `one consumer each`,
        async () => (await consumers()).every((count) => count === 1),
      );
    }
    await worker.server.drain();
    await waitFor('no consumer', async () => (await consumers()).every((count) => count === 0));
  });
});

describe('a task that was handed out again and again without a worker that died', () => {
  it('is not condemned for it, but runs alone', async () => {
    await closing(await TestWorker.create({ urls: [vhost.url], tasks: definitions('quorum') })).queue.add(
      definitions('quorum')[0],
      'looked at',
    );
    for (let look = 1; look <= 6; look += 1) {
      const message = await waitFor('the message', () => vhost.channel.get('a'));
      vhost.channel.nack(message);
    }
    const worker = await start({ tasks: definitions('quorum') });
    await worker.sees('task.completed');
    expect(work.runs).toEqual(['looked at']);
    await vhost.settles('a', { ready: 0, unacked: 0, dead: 0 });
  });
});

describe.each<QueueType>(['quorum', 'classic'])(
  'a message that came with another broker’s count, in a %s queue,',
  (type) => {
    it('is no suspect for it when it is handed out a second time', async () => {
      const tasks = definitions(type);
      await closing(await TestWorker.create({ urls: [vhost.url], tasks })).queue.add(tasks[0], 'declares the queue');
      await vhost.take('a');
      const message = JSON.stringify({ pattern: 'a', data: 'from elsewhere' });
      vhost.publish('a', message, { headers: { 'x-delivery-count': 9, 'x-acquired-count': 9 } });
      vhost.channel.reject(await waitFor('the message', () => vhost.channel.get('a')), true);
      const worker = await start({ tasks });
      await worker.sees('task.completed');
      expect(work.runs).toEqual(['from elsewhere']);
      expect(worker.seen('task.isolated')).toEqual([]);
      await vhost.settles('a', { ready: 0, unacked: 0, dead: 0 });
    });
  },
);

describe('a link that is cut while a suspect is fetched', () => {
  it('leaves no queue behind: all is consumed again, and the suspect runs', async () => {
    const proxy = closing(await TcpProxy.open(vhost.url));
    const worker = await start({ tasks: definitions('quorum', NAMES), urls: [proxy.url] });
    proxy.throttle(200_000);
    suspect('a', 'x'.repeat(3_000_000));
    await waitFor(
      'it to be on its way',
      async () => (await vhost.channel.checkQueue('a.quarantine')).messageCount === 0,
    );
    proxy.throttle(Infinity);
    proxy.cut();
    await waitFor('every queue to be consumed', async () => (await consumers()).every((count) => count === 1));
    await worker.sees('task.completed');
    expect(worker.readiness().problems).toEqual([]);
  });
});
