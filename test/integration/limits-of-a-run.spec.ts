import { TaskTimeoutError, defineQueue, defineTask, fixed } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import type { Hold } from '../support/steered-work';
import { SteeredWork } from '../support/steered-work';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic' });
const payload = z.string();
/** Milliseconds: many times what a run takes that nobody holds, also on a machine that is busy. */
const TIMEOUT = 700;
const timed = defineTask({ name: 'timed', queue, payload, timeout: TIMEOUT });
const timedTwice = defineTask({
  name: 'timed-twice',
  queue,
  payload,
  timeout: TIMEOUT,
  attempts: 2,
  backoff: fixed(100),
});
const plain = defineTask({ name: 'plain', queue, payload });
const once = defineTask({ name: 'once', queue, payload, acknowledge: 'before' });
const shortLived = defineTask({ name: 'short-lived', queue, payload, expiresAfter: 60_000 });
const tasks = [timed, timedTwice, plain, once, shortLived];

const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

interface Started {
  readonly worker: TestWorker;
  readonly work: SteeredWork;
  readonly signals: Map<string, AbortSignal>;
}

async function start(options: object = {}): Promise<Started> {
  const work = new SteeredWork();
  const signals = new Map<string, AbortSignal>();
  @Controller()
  class WorkController {
    @EventPattern<string>('timed')
    timed(@Payload() text: string, @Ctx() context: TaskContext): Promise<void> {
      signals.set(text, context.signal);
      return work.run(text);
    }
    @EventPattern<string>('timed-twice')
    async timedTwice(@Payload() text: string, @Ctx() context: TaskContext): Promise<void> {
      await work.run(text);
      context.getChannelRef().ack(context.getMessage()); // far too late for the first run
    }
    @EventPattern<string>('plain')
    plain(@Payload() text: string): Promise<void> {
      return work.run(text);
    }
    @EventPattern<string>('once')
    once(@Payload() text: string): Promise<void> {
      return work.run(text);
    }
    @EventPattern<string>('short-lived')
    shortLived(@Payload() text: string): Promise<void> {
      return work.run(text);
    }
  }
  const worker = closing(
    await TestWorker.start({ urls: [vhost.url], tasks, controllers: [WorkController], ...options }),
  );
  return { worker, work, signals };
}

describe('a run that takes longer than its timeout', () => {
  it('fires its signal, is put aside as timed out, and frees its slot while it goes on', async () => {
    const { worker, work, signals } = await start();
    const stuck = work.hold('stuck');
    await worker.queue.add(timed, 'stuck');
    await worker.queue.add(plain, 'next');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'timed-out' });
    await worker.sees('task.completed');
    expect(work.runs).toEqual(['stuck', 'next']);
    expect(signals.get('stuck')?.reason).toBeInstanceOf(TaskTimeoutError);
    expect(worker.readiness().problems).toEqual([
      'queue "work": 1 runs go on although their timeout has passed, as many as it has slots',
    ]);
    stuck.release();
    expect((await worker.sees('task.overran')).milliseconds).toBeGreaterThanOrEqual(TIMEOUT);
    expect(worker.readiness().isReady).toBe(true);
    expect((await vhost.take('work.dlq')).properties.headers).toMatchObject({
      'x-dead-letter-reason': 'timed-out',
      'x-error-name': 'TaskTimeoutError',
    });
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('is tried again, and a late settle of the first run does no harm', async () => {
    const { worker, work } = await start();
    const first: Hold = work.hold('late');
    await worker.queue.add(timedTwice, 'late');
    await worker.sees('task.retrying');
    await worker.sees('task.completed');
    first.release();
    await worker.sees('task.overran');
    expect(await worker.sees('settle.ignored')).toMatchObject({ verb: 'ack', attempt: 1 });
    await worker.queue.add(plain, 'after');
    await worker.sees('task.completed', 2); // on the same channel
    expect(worker.seen('consumer.started')).toHaveLength(1);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('that ends in time has no timeout', async () => {
    const { worker } = await start();
    await worker.queue.add(timed, 'quick');
    await worker.sees('task.completed');
    expect(worker.seen('task.overran')).toEqual([]);
  });

  it('is warned of at the start when the broker would take the task back first', async () => {
    const { worker } = await start({ brokerAckTimeout: TIMEOUT - 1 });
    expect(worker.seen('timeout.too-long')).toEqual([
      { event: 'timeout.too-long', name: 'timed', timeout: TIMEOUT, brokerAckTimeout: TIMEOUT - 1 },
      { event: 'timeout.too-long', name: 'timed-twice', timeout: TIMEOUT, brokerAckTimeout: TIMEOUT - 1 },
    ]);
  });
});

describe('a task that is acknowledged before its run', () => {
  it('is gone from its queue while it runs', async () => {
    const { worker, work } = await start();
    const hold = work.hold('x');
    await worker.queue.add(once, 'x');
    await worker.sees('task.started');
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
    hold.release();
    await worker.sees('task.completed');
  });

  it('is put aside when it fails, and never runs a second time', async () => {
    const { worker, work } = await start();
    work.hold('x').fail(new Error('no answer'));
    await worker.queue.add(once, 'x');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'attempts-exhausted' });
    expect(work.runs).toEqual(['x']);
    await vhost.take('work.dlq');
  });

  it('does not come back when its connection is lost in the middle', async () => {
    const { worker, work } = await start();
    const hold = work.hold('x');
    await worker.queue.add(once, 'x');
    await worker.sees('task.started');
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 }); // the broker has read the ack
    await vhost.closeConnections('warren consuming');
    await worker.sees('consumer.started', 2);
    hold.release();
    await worker.sees('task.completed');
    expect(work.runs).toEqual(['x']);
  });

  it('is put aside without a run when it may have begun one before', async () => {
    await vhost.channel.assertQueue('work');
    vhost.publish('work', JSON.stringify({ pattern: 'once', data: 'x' }));
    const taken = await waitFor('the message', () => vhost.channel.get('work'));
    vhost.channel.nack(taken);
    const { worker, work } = await start();
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'crash-loop' });
    expect(work.runs).toEqual([]);
    await vhost.take('work.dlq');
  });
});

describe('a stop with tasks that are acknowledged before their runs', () => {
  it('puts aside the run that is cut off, and gives back what has not begun, to run elsewhere', async () => {
    const { worker, work } = await start({ shutdownTimeout: 50 });
    work.hold('cut off');
    await worker.queue.add(once, 'cut off');
    await worker.sees('task.started');
    await worker.queue.add(once, 'not begun');
    await waitFor('it to be in hand', async () => (await vhost.channel.checkQueue('work')).messageCount === 0);
    await worker.close();
    const { properties } = await vhost.take('work.dlq');
    expect(properties.headers).toMatchObject({
      'x-dead-letter-reason': 'crash-loop',
      'x-error-name': 'WorkerStoppedError',
    });
    const next = await start();
    await next.worker.sees('task.completed');
    expect(next.work.runs).toEqual(['not begun']);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('a task whose time is over', () => {
  it('is put aside as expired, and not run', async () => {
    const { worker, work } = await start();
    const hold = work.hold('first');
    await worker.queue.add(plain, 'first');
    await worker.sees('task.started');
    const { id } = await worker.queue.add(plain, 'late', { expiresIn: 100 });
    const added = Date.now();
    await waitFor('the time to pass', () => Date.now() > added + 100);
    hold.release();
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ id, name: 'plain', reason: 'expired' });
    expect(work.runs).toEqual(['first']);
    const { properties } = await vhost.take('work.dlq');
    expect(properties.headers).toMatchObject({ 'x-error-name': 'ExpiredError' });
    expect(properties.headers).not.toHaveProperty('x-first-failure-time');
  });

  it('carries the end of its time, the definition’s or its own, where every worker can read it', async () => {
    const { worker } = await start({
      workerQueues: ['elsewhere'],
      tasks: [...tasks, defineTask({ name: 'e', queue: 'elsewhere', payload })],
    });
    const before = Date.now();
    await worker.queue.add(shortLived, 'x');
    await worker.queue.add(shortLived, 'x', { expiresIn: 5_000 });
    const after = Date.now();
    for (const lifetime of [60_000, 5_000]) {
      const end = Number((await vhost.take('work')).properties.headers?.['x-expires-at']);
      expect(end).toBeGreaterThanOrEqual(before + lifetime);
      expect(end).toBeLessThanOrEqual(after + lifetime);
    }
  });

  it('is named as its message claims when it cannot be read', async () => {
    const { worker } = await start({ maxMessageBytes: 100 });
    vhost.publish('work', 'no JSON', { type: 'claimed', headers: { 'x-expires-at': 1 } });
    vhost.publish('work', 'x'.repeat(101), { type: 'claimed-too' });
    vhost.publish('work', 'no JSON');
    await worker.sees('task.dead-lettered', 3);
    expect(worker.seen('task.dead-lettered').map(({ name, reason }) => [name, reason])).toEqual([
      ['claimed', 'expired'],
      ['claimed-too', 'too-large'],
      [undefined, 'undecodable'],
    ]);
    await vhost.takeAll('work.dlq');
  });
});

describe('priorities', () => {
  const ranked = defineQueue({ name: 'ranked', type: 'classic', maxPriority: 5 });
  const rank = defineTask({ name: 'rank', queue: ranked, payload, priority: 1 });

  it('of a classic queue are handed out in their order', async () => {
    const ran: string[] = [];
    @Controller()
    class RankController {
      @EventPattern<string>('rank')
      rank(@Payload() text: string): void {
        ran.push(text);
      }
    }
    const worker = closing(
      await TestWorker.create({ urls: [vhost.url], tasks: [rank], controllers: [RankController] }),
    );
    for (const [text, priority] of [
      ['low', 0],
      ['high', 5],
      ['middle', 3],
    ] as const) {
      await worker.queue.add(rank, text, { priority });
    }
    await worker.queue.add(rank, 'by its definition');
    await worker.listen();
    await worker.sees('task.completed', 4);
    expect(ran).toEqual(['high', 'middle', 'by its definition', 'low']);
  });
});
