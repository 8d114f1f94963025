import { defineQueue, defineTask } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 2 });
const steered = defineTask({ name: 'steered', queue, payload: z.string() });
const other = defineTask({ name: 'other', queue, payload: z.string() });

/** A run that the test ends. */
interface Run {
  readonly name: string;
  readonly payload: string;
  complete(): void;
  fail(error: Error): void;
}

let runs: Run[];
let running: number;
let mostAtOnce: number;

@Controller()
class SteeredController {
  @EventPattern<string>(steered.name)
  steered(@Payload() payload: string): Promise<void> {
    return begin(steered.name, payload);
  }

  @EventPattern<string>(other.name)
  other(@Payload() payload: string): Promise<void> {
    return begin(other.name, payload);
  }
}

async function begin(name: string, payload: string): Promise<void> {
  running += 1;
  mostAtOnce = Math.max(mostAtOnce, running);
  try {
    await new Promise<void>((complete, fail) => {
      runs.push({ name, payload, complete, fail });
    });
  } finally {
    running -= 1;
  }
}

let vhost: Vhost;
let proxy: TcpProxy;
let worker: TestWorker;

beforeEach(async () => {
  vhost = await Vhost.open();
  proxy = await TcpProxy.open(vhost.url);
  runs = [];
  running = 0;
  mostAtOnce = 0;
  const options = { tasks: [steered, other], controllers: [SteeredController], shutdownTimeout: 200 };
  worker = await TestWorker.start({ urls: [proxy.url], ...options });
});

afterEach(async () => {
  for (const run of runs) run.complete();
  await worker.close();
  await proxy.close();
  await vhost.close();
});

async function loseTheConnection(): Promise<void> {
  const before = worker.seen('consumer.started').length;
  proxy.cut();
  await worker.sees('consumer.started', before + 1);
}

const nthRun = (n: number): Promise<Run> => waitFor(`run ${n}`, () => runs[n - 1]);

describe('a task whose channel is lost while it runs', () => {
  it('waits, redelivered, for that run, also when another slot is free, and is not run again when it completes', async () => {
    await worker.queue.add(steered, 'once', { id: 'nightly' });
    const run = await nthRun(1);
    await loseTheConnection();
    await worker.sees('task.held');
    run.complete();
    await worker.sees('task.skipped');
    expect([runs.length, mostAtOnce]).toEqual([1, 1]);
    expect((await vhost.counts('work')).ready).toBe(0);
  });

  it('runs again when that run fails', async () => {
    await worker.queue.add(steered, 'twice', { id: 'nightly' });
    const run = await nthRun(1);
    await loseTheConnection();
    await worker.sees('task.held');
    run.fail(new Error('late'));
    (await nthRun(2)).complete();
    await worker.sees('task.completed');
    expect([runs.length, mostAtOnce]).toEqual([2, 1]);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('leaves nothing behind by which the same id, added again, would not run', async () => {
    await worker.queue.add(steered, 'the same', { id: 'nightly' });
    const run = await nthRun(1);
    await loseTheConnection();
    await worker.sees('task.held');
    run.complete();
    await worker.sees('task.skipped');

    await worker.queue.add(steered, 'the same', { id: 'nightly' });
    const again = await nthRun(2);
    await loseTheConnection();
    await worker.sees('task.held', 2);
    again.fail(new Error('late'));
    (await nthRun(3)).complete();
    await worker.sees('task.completed', 2);
    expect(worker.seen('task.skipped')).toHaveLength(1);
  });

  it('is not mistaken for another task of the same id', async () => {
    await worker.queue.add(steered, 'by sms', { id: 'order-4711' });
    await worker.queue.add(other, 'by e-mail', { id: 'order-4711' });
    await nthRun(2);
    await loseTheConnection();
    await worker.sees('task.held', 2);
    const [sms, mail] = runs;
    mail?.complete();
    sms?.fail(new Error('late'));
    expect(await nthRun(3)).toMatchObject({ name: 'steered', payload: 'by sms' });
    runs[2]?.complete();
    await worker.sees('task.completed', 2);
    expect(runs).toHaveLength(3);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('that holds every slot makes the worker say that it is not ready', async () => {
    await worker.queue.add(steered, 'hangs');
    await worker.queue.add(steered, 'hangs too');
    await nthRun(2);
    expect(worker.readiness().isReady).toBe(true);
    await loseTheConnection();
    await worker.sees('task.held', 2);
    const reason = 'queue "work": all 2 slots are held by tasks that still run though their delivery was lost';
    await waitFor('the producing connection', () => worker.readiness().problems.length === 1);
    expect(worker.readiness().problems).toEqual([reason]);
    for (const run of runs) run.complete();
    await worker.sees('task.skipped', 2);
    expect(worker.readiness()).toEqual({ isReady: true, problems: [] });
  });
});
