import { once } from 'node:events';
import { connect } from 'node:net';
import { AmqpProxy } from '../support/amqp-proxy';
import { healthOf } from '../support/app-health';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

/** A task that runs for as long as it is let. */
const LONG = `Long${'.'.repeat(600)}`;

let vhost: Vhost;
const processes: TestProcess[] = [];

beforeEach(async () => {
  vhost = await Vhost.open();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop()));
  await vhost.close();
});

async function start(env: Record<string, string> = {}): Promise<TestProcess> {
  const worker = TestProcess.app('worker', {
    AMQP_URL: vhost.url,
    WORKER_QUEUES: 'task_queue',
    WORKER_PORT: '0',
    LOG_FORMAT: 'json',
    RECONNECT_DELAY_MS: '100',
    ...env,
  });
  processes.push(worker);
  await waitFor(
    () => `it to consume; it wrote:\n${worker.output}`,
    () => worker.events('consumer.started').length > 0,
  );
  return worker;
}

/** Two workers, and which of them has the one task, which is long. */
async function startTwo(env: Record<string, string>): Promise<{ busy: TestProcess; idle: TestProcess }> {
  const workers = await Promise.all([start(env), start(env)]);
  vhost.publish('task_queue', LONG);
  const busy = await waitFor('one to receive it', () =>
    workers.find((worker) => worker.stdout.includes(` [x] Received '${LONG}'`)),
  );
  return { busy, idle: workers.find((worker) => worker !== busy) as TestProcess };
}

/** Another worker completes the one task that nobody was handed; then the queue is empty. */
async function completes(another: TestProcess): Promise<void> {
  await waitFor(
    () => `the other to complete it; it wrote:\n${another.output}`,
    () => another.events('task.completed').length === 1,
  );
  expect(another.events('task.started')).toMatchObject([{ redelivered: false }]);
  await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
}

/** Another worker gets the one task that was given back. */
async function takesOver(another: TestProcess): Promise<void> {
  await waitFor(
    () => `the other to begin it; it wrote:\n${another.output}`,
    () => another.events('task.started').length === 1,
  );
  expect(another.events('task.started')).toMatchObject([{ redelivered: true }]);
  await vhost.settles('task_queue', { ready: 0, unacked: 1, dead: 0 });
}

describe('a worker process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'told to stop by %s finishes its task, takes no other, and exits with 0',
    async (signal) => {
      const worker = await start();
      vhost.publish('task_queue', 'Running..');
      await worker.line(" [x] Received 'Running..'");
      worker.signal(signal);
      await waitFor('it to stop', () => worker.events('worker.stopping').length === 1);
      vhost.publish('task_queue', 'Left');
      expect(await worker.exit()).toEqual({ code: 0, signal: null });
      expect(worker.stdout).toContain(' [x] Done');
      expect(worker.events('task.requeued')).toEqual([]);
      await completes(await start());
    },
  );

  it('told to stop is alive and not ready for as long as its task runs', async () => {
    const port = await freePort();
    const worker = await start({ WORKER_PORT: String(port), SHUTDOWN_TIMEOUT_MS: '600000' });
    vhost.publish('task_queue', LONG);
    await worker.line(" [x] Received 'Long");
    worker.signal('SIGTERM');
    await waitFor('it to say so', async () => {
      const [live, ready] = await Promise.all([healthOf(port, 'live'), healthOf(port, 'ready')]);
      return live?.status === 200 && ready?.status === 503 && ready.problems.includes('the worker is stopping');
    });
    expect(worker.stdout).not.toContain(' [x] Done');
  });

  it('whose deadline passes gives its task back to another worker and exits with 0', async () => {
    const { busy, idle } = await startTwo({ SHUTDOWN_TIMEOUT_MS: '100' });
    busy.signal('SIGTERM');
    expect(await busy.exit()).toEqual({ code: 0, signal: null });
    expect(busy.stdout).not.toContain(' [x] Done');
    expect(busy.events('task.requeued')).toMatchObject([{ why: 'the worker stops' }]); // the handler heard its signal
    await takesOver(idle);
  });

  it('told a second time hurries', async () => {
    const { busy, idle } = await startTwo({ SHUTDOWN_TIMEOUT_MS: '600000' });
    busy.signal('SIGTERM');
    await waitFor('it to stop', () => busy.events('worker.stopping').length === 1);
    await waitFor('it to hurry', () => {
      busy.signal('SIGTERM'); // one that comes at once is taken for an echo of the first
      return busy.events('worker.deadline').length === 1;
    });
    expect(await busy.exit()).toEqual({ code: 0, signal: null });
    await takesOver(idle);
  });

  it('told to stop does not wait for a client that holds a connection and says nothing', async () => {
    const port = await freePort();
    const worker = await start({ WORKER_PORT: String(port) });
    const silent = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1');
    await Promise.all([once(silent, 'connect'), once(half, 'connect')]);
    half.write('GET /health/live HTTP/1.1\r\nHost: a\r\n');
    half.on('error', () => undefined);
    silent.on('error', () => undefined);
    worker.signal('SIGTERM');
    expect(await worker.exit()).toEqual({ code: 0, signal: null });
    silent.destroy();
    half.destroy();
  });

  it('told to stop while the broker is away exits with 0', async () => {
    const proxy = await AmqpProxy.open(vhost.url);
    const worker = await start({ AMQP_URL: proxy.url });
    await proxy.close();
    await waitFor('it to have lost both connections', () => worker.events('connection.lost').length === 2);
    worker.signal('SIGTERM');
    expect(await worker.exit()).toEqual({ code: 0, signal: null });
    vhost.publish('task_queue', 'Left');
    await completes(await start());
  });
});
