import { connect } from 'amqplib';
import { AmqpProxy } from '../support/amqp-proxy';
import { healthOf } from '../support/app-health';
import { freePort } from '../support/free-port';
import { clearMemoryAlarm, raiseMemoryAlarm } from '../support/memory-alarm';
import { PrivateNode } from '../support/private-node';
import { TestProcess } from '../support/process';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let port: number;
let worker: TestProcess;

async function start(url: string, env: Record<string, string> = {}): Promise<void> {
  port = await freePort();
  worker = TestProcess.app('worker', {
    AMQP_URL: url,
    WORKER_QUEUES: 'task_queue',
    WORKER_PORT: String(port),
    RECONNECT_DELAY_MS: '1000',
    LOG_FORMAT: 'json',
    ...env,
  });
  await isReady();
}

afterEach(() => worker.stop());

async function isReady(): Promise<void> {
  await waitFor(
    () => `the worker to be ready; it wrote:\n${worker.output}`,
    async () => (await healthOf(port, 'ready'))?.status === 200,
  );
}

/** The worker answers 503 for exactly these reasons, and lives. */
async function isNotReady(...reasons: RegExp[]): Promise<void> {
  let said: readonly string[] = [];
  await waitFor(
    () =>
      `readiness to say ${reasons.join(', ')}; it says ${said.join(', ') || 'nothing'}; it wrote:\n${worker.output}`,
    async () => {
      const health = await healthOf(port, 'ready');
      said = health?.problems ?? [];
      const isEachSaid = reasons.every((reason) => said.some((problem) => reason.test(problem)));
      return health?.status === 503 && said.length === reasons.length && isEachSaid;
    },
  );
  expect(await healthOf(port, 'live')).toMatchObject({ status: 200 });
}

describe('the health of a worker over HTTP', () => {
  let vhost: Vhost;
  let proxy: TcpProxy;

  beforeEach(async () => {
    vhost = await Vhost.open();
    proxy = await TcpProxy.open(vhost.url);
  });

  afterEach(async () => {
    await worker.stop();
    await proxy.close();
    await vhost.close();
  });

  it('names the tasks that hold every slot for too long, until one has ended', async () => {
    await start(vhost.url, { STUCK_AFTER_MS: '1000' });
    vhost.publish('task_queue', 'A long one.....', { messageId: 'long' });
    await isNotReady(
      /^queue "task_queue": all 1 slots are held by tasks that run longer than 1 s \(tutorial \S+ for [\d.]+ s\)$/,
    );
    await isReady();
    expect(worker.events('task.completed')).toHaveLength(1);
  });

  it('names the queue whose consumer was cancelled, until it consumes again', async () => {
    const line = await AmqpProxy.open(vhost.url);
    try {
      await start(line.url, { RECONNECT_DELAY_MS: '100' });
      line.cutAt('basic.consume', 'never'); // it wants to consume again, and has to wait
      await vhost.channel.deleteQueue('task_queue');
      await isNotReady(
        /^queue "task_queue" is not consumed \(the broker cancelled the consumer \(was the queue deleted\?\)\)$/,
      );
      await waitFor('it to wait', () => line.cutsDone === 1);
      line.cut();
      await isReady();
    } finally {
      await worker.stop();
      await line.close();
    }
  });

  it.each<[string, () => void, string]>([
    ['cut', () => proxy.cut({ refuse: true }), 'ECONNRESET'],
    ['silent', () => proxy.blackHole(), 'ETIMEDOUT'],
  ])('names the broker that is lost, by a link that is %s, until it is there again', async (_what, fail, why) => {
    await start(proxy.url, { HEARTBEAT_SECONDS: '1', CONNECT_TIMEOUT_MS: '500', RECONNECT_DELAY_MS: '100' });
    fail();
    await isNotReady(
      new RegExp(`^queue "task_queue" is not consumed \\(.*${why}`),
      new RegExp(`^tasks cannot be added: the connection is reopening \\(.*${why}`),
    );
    proxy.heal();
    await isReady();
  });
});

async function publishUnknownTask(url: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  channel.sendToQueue('task_queue', Buffer.from('{"pattern":"nobody"}'), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

describe('the health of a worker whose broker has an alarm', () => {
  let node: PrivateNode;

  beforeAll(async () => {
    node = await PrivateNode.start();
  });

  afterAll(() => node.stop());

  it('names the alarm and the tasks that wait for its end', async () => {
    await start(node.url, { PUBLISH_TIMEOUT_MS: '500' });
    worker.signal('SIGSTOP'); // it is to put the task aside, which is a publish, when the alarm has been raised
    await publishUnknownTask(node.url);
    await raiseMemoryAlarm(node);
    worker.signal('SIGCONT');
    await isNotReady(
      /^tasks cannot be added: the broker is blocked \(low on memory\)$/,
      /^1 task waits for the broker to take it to its next place$/,
    );
    await clearMemoryAlarm(node);
    await isReady();
    await waitFor(
      () => `it to be put aside; it wrote:\n${worker.output}`,
      () => worker.events('task.dead-lettered').length === 1,
    );
    for (const event of ['connection.blocked', 'connection.unblocked']) {
      expect([event, worker.events(event).length]).toEqual([event, 1]);
    }
    // Not one for each try: one for each kind of failure, a publish that was sent before the alarm and those after it.
    const told = worker.events('handover.postponed').length;
    expect([1, 2]).toContain(told);
  });
});
