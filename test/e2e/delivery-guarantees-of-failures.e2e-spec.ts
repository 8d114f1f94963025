import { join } from 'node:path';
import type { AddOptions, TaskDefinition } from '@app/queue';
import { BACKOFF, LONG_BACKOFF, failingTasks } from '../chaos/src/failing-tasks';
import { AmqpProxy } from '../support/amqp-proxy';
import { lettersOf, seed } from '../support/dead-letters';
import { signalledAfter } from '../support/signalled-after';
import { PrivateNode } from '../support/private-node';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** The rows of docs/delivery-guarantees.md that are about failed and waiting tasks; the others are in delivery-guarantees.e2e-spec.ts. */

const PROGRAM = join(__dirname, '../../dist/test/chaos/test/chaos/src/failing-worker.js');
const WARREN = 'scripts/warren.mjs';

/** Where a task waits out its backoff. */
const BACKOFF_LEVEL = 'delay.04';

const CRASH_LIMIT = 3;

const tasks = failingTasks('quorum');

let vhost: Vhost;
let proxy: AmqpProxy;
const processes: TestProcess[] = [];
const producers: TestWorker[] = [];

beforeEach(async () => {
  vhost = await Vhost.open();
  proxy = await AmqpProxy.open(vhost.url);
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop()));
  await Promise.all(producers.splice(0).map((producer) => producer.close()));
  await proxy.close();
  await vhost.close();
});

async function startWorker(url = vhost.url): Promise<TestProcess> {
  const env = { AMQP_URL: url, QUEUE_TYPE: 'quorum', CRASH_LIMIT: String(CRASH_LIMIT) };
  const worker = TestProcess.start(process.execPath, [PROGRAM], env);
  processes.push(worker);
  await sees(worker, 'consumer.started');
  return worker;
}

/** Waits until a worker has logged an event so many times; all of them. */
function sees(worker: TestProcess, event: string, times = 1, timeout?: number): Promise<Record<string, unknown>[]> {
  return waitFor(
    () => `${event} (${times} times); it wrote:\n${worker.output}`,
    () => (worker.events(event).length >= times ? worker.events(event) : undefined),
    timeout,
  );
}

async function add(task: TaskDefinition, options: AddOptions = {}, url = vhost.url): Promise<void> {
  const producer = await TestWorker.create({ urls: [url], tasks: Object.values(tasks) });
  producers.push(producer);
  await producer.queue.add(task, 'x', { id: 'x', ...options });
}

const countIn = async (queue: string): Promise<number> => (await vhost.channel.checkQueue(queue)).messageCount;

/** One task waits out its backoff, or has done so and is ready. */
async function isKeptForLater(): Promise<void> {
  await waitFor('the retry to wait', async () => (await countIn(BACKOFF_LEVEL)) + (await countIn('trials')) === 1);
}

/** The only dead letter: its task and why it is there. */
async function deadLetter(): Promise<Record<string, unknown>> {
  const { properties } = await vhost.take('trials.dlq');
  const { messageId: id, headers = {} } = properties;
  expect(await countIn('trials.dlq')).toBe(0);
  return { id, reason: headers['x-dead-letter-reason'], error: headers['x-error-name'], attempt: headers['x-attempt'] };
}

describe('the worker', () => {
  it('dies between publishing a retry and the ack', async () => {
    const victim = await startWorker(proxy.url);
    await add(tasks.failsOnce, { id: 'the first' });
    await sees(victim, 'task.completed'); // it has declared the levels, which takes many answers
    proxy.cutAt('basic.publish', 'unanswered');
    await add(tasks.failsOnce);
    await isKeptForLater(); // beside the first run, which is in its hand
    victim.signal('SIGKILL'); // the confirm is on its way to it
    await victim.exit();
    expect(victim.events('task.retrying')).toMatchObject([{ id: 'the first' }]);

    const survivor = await startWorker();
    await sees(survivor, 'task.completed', 2);
    const runs = survivor.events('task.started').map(({ id, attempt, redelivered }) => ({ id, attempt, redelivered }));
    expect(runs).toEqual([
      { id: 'x', attempt: 1, redelivered: true },
      { id: 'x', attempt: 2, redelivered: false },
      { id: 'x', attempt: 2, redelivered: false },
    ]);
  });

  it('dies in a task that is acknowledged before its run', async () => {
    const victim = await startWorker();
    await add(tasks.atMostOnce); // its handler kills its process before anything else there has a turn
    expect(await victim.exit()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(victim.events('task.started')).toMatchObject([{ id: 'x' }]);

    const survivor = await startWorker();
    await add(tasks.plain, { id: 'the next one' });
    await sees(survivor, 'task.completed');
    expect(survivor.events('task.started')).toMatchObject([{ id: 'the next one' }]);
    expect(await countIn('trials.dlq')).toBe(0);
  });
});

describe('a task', () => {
  it('fails with attempts left', async () => {
    const worker = await startWorker();
    await add(tasks.failsOnce);
    const [completed] = await sees(worker, 'task.completed');
    expect(completed).toMatchObject({ id: 'x', attempt: 2 });
    expect(worker.events('task.retrying')).toMatchObject([{ id: 'x', delay: BACKOFF, nextAttempt: 2 }]);
    expect(await countIn('trials.dlq')).toBe(0);
  });

  it('fails and no attempt is left', async () => {
    const worker = await startWorker();
    await add(tasks.failsAlways);
    await sees(worker, 'task.dead-lettered');
    expect(await deadLetter()).toEqual({ id: 'x', reason: 'attempts-exhausted', error: 'Error', attempt: 2 });
  });

  it('runs longer than its timeout', async () => {
    const worker = await startWorker();
    await add(tasks.endless);
    await add(tasks.plain, { id: 'the next one' }); // its only slot is free again
    await sees(worker, 'task.completed');
    expect(await deadLetter()).toEqual({ id: 'x', reason: 'timed-out', error: 'TaskTimeoutError', attempt: 1 });
  });

  it('is not begun before its time is over', async () => {
    await add(tasks.plain, { expiresIn: 100 });
    const over = Date.now() + 100;
    await waitFor('its time to be over', () => Date.now() > over);
    const worker = await startWorker();
    await sees(worker, 'task.dead-lettered');
    expect(await deadLetter()).toMatchObject({ id: 'x', reason: 'expired', error: 'ExpiredError' });
    expect(worker.events('task.started')).toEqual([]);
  });

  it('kills its worker again and again', async () => {
    await add(tasks.deadly);
    await add(tasks.plain, { id: 'the next one' });
    const runs: TestProcess[] = [];
    for (let crash = 1; crash <= CRASH_LIMIT; crash += 1) {
      const victim = await startWorker();
      expect(await victim.exit()).toEqual({ code: null, signal: 'SIGKILL' });
      runs.push(victim);
    }
    const survivor = await startWorker();
    await sees(survivor, 'task.dead-lettered');
    expect(await deadLetter()).toMatchObject({ id: 'x', reason: 'crash-loop', error: 'CrashLoopError' });
    expect([await countIn('trials'), await countIn('trials.quarantine')]).toEqual([0, 0]);
    const completed = [...runs, survivor].flatMap((run) => run.events('task.completed'));
    expect(completed).toMatchObject([{ id: 'the next one' }]);
  });

  it('waits for its next attempt while every process dies', async () => {
    const victim = await startWorker();
    await add(tasks.failsOnce);
    await sees(victim, 'task.retrying');
    victim.signal('SIGKILL');
    await victim.exit();
    await Promise.all(producers.splice(0).map((producer) => producer.close()));
    await isKeptForLater();

    const survivor = await startWorker();
    const [completed] = await sees(survivor, 'task.completed');
    expect(completed).toMatchObject({ id: 'x', attempt: 2, redelivered: false });
  });

  it('waits for its delay or its next attempt while the broker dies', async () => {
    const node = await PrivateNode.start();
    try {
      const worker = await startWorker(node.url);
      await add(tasks.plain, { delay: 100 }, node.url); // declares the levels
      await node.writeDownQueues();
      await add(tasks.plain, { id: 'delayed', delay: LONG_BACKOFF }, node.url);
      await add(tasks.failsOnceForLong, { id: 'retried' }, node.url);
      await sees(worker, 'task.retrying');
      await node.kill();
      expect(worker.events('task.completed')).toMatchObject([{ id: 'x' }]);
      await node.restart();
      const completed = await sees(worker, 'task.completed', 3);
      expect(completed.map(({ id }) => String(id)).toSorted()).toEqual(['delayed', 'retried', 'x']);
    } finally {
      await Promise.all(producers.splice(0).map((producer) => producer.close()));
      await node.stop();
    }
  });
});

describe('a redrive', () => {
  it('is killed in the middle', async () => {
    const count = 1_000;
    await add(tasks.plain); // declares both queues
    await vhost.take('trials');
    await seed(vhost, 'trials', lettersOf(count, 'trials'));
    const args = [WARREN, 'dead-letters', 'redrive', '--all', '--queue', 'trials', '--yes'];
    const env = { AMQP_URL: vhost.url, ...signalledAfter('SIGKILL', 50_000) };
    const redrive = TestProcess.start(process.execPath, args, env);
    processes.push(redrive);
    expect(await redrive.exit()).toEqual({ code: null, signal: 'SIGKILL' });
    const inBoth = async (): Promise<number> => (await countIn('trials')) + (await countIn('trials.dlq'));
    await waitFor('all to be in one of the two', async () => (await inBoth()) >= count);
    expect(await countIn('trials')).toBeGreaterThan(0);
    expect(await countIn('trials')).toBeLessThan(count);
    expect(await inBoth()).toBeLessThanOrEqual(count + 1);
  });
});
