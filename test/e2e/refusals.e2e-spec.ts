import { AmqpProxy } from '../support/amqp-proxy';
import { healthOf } from '../support/app-health';
import { BrokerUser } from '../support/broker-user';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let vhost: Vhost;
let user: BrokerUser;
let worker: TestProcess | undefined;

beforeEach(async () => {
  vhost = await Vhost.open();
  user = await BrokerUser.create(vhost.url);
  await user.allow({ configure: '.*', write: '.*', read: '.*' });
});

afterEach(async () => {
  await worker?.stop();
  await user.remove();
  await vhost.close();
});

function start(url: string, env: Record<string, string> = {}): TestProcess {
  worker = TestProcess.app('worker', {
    AMQP_URL: url,
    WORKER_QUEUES: 'task_queue',
    WORKER_PORT: '0',
    RECONNECT_DELAY_MS: '100',
    ...env,
  });
  return worker;
}

describe('a worker process that the broker refuses at the start', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'the arguments of its queue',
      async () => {
        await vhost.channel.assertQueue('task_queue', { durable: true, arguments: { 'x-message-ttl': 1_000 } });
        return user.url;
      },
      /^worker: Queue "task_queue" exists with x-message-ttl = 1000, and this app declares none\. Change QUEUE_TYPE or .*\.$/,
    ],
    [
      'permission',
      async () => {
        await user.allow({ configure: '', write: '', read: '' });
        return user.url;
      },
      /^worker: The broker's user has no permission for queue "task_queue\.dlq"; grant .*\.$/,
    ],
    [
      'its password',
      async () => {
        await user.setPassword('changed');
        return user.url;
      },
      /^worker: The broker at amqp:\/\/user-[^:]*:\*\*\*@.* refuses the user or the password; correct AMQP_URL .*\.$/,
    ],
    [
      'its virtual host',
      async () => {
        const url = new URL(user.url);
        url.pathname = '/nobody-made-this';
        return Promise.resolve(url.href);
      },
      /^worker: The broker at .* refuses the virtual host "nobody-made-this": .*\.$/,
    ],
  ])('(%s) says so in one sentence on standard error and exits with 1', async (_what, arrange, sentence) => {
    const process = start(await arrange());
    expect(await process.exit()).toEqual({ code: 1, signal: null });
    expect(process.stderr.at(-1)).toMatch(sentence);
    // Neither a stack nor a rejection that nobody handled, and never the password.
    expect(process.output).not.toMatch(/^\s+at |[Uu]nhandled/m);
    expect(process.output).not.toContain(user.password);
  });
});

describe('a worker process whose broker is not there yet', () => {
  it('is alive and not ready, stays, and works when the broker comes', async () => {
    const proxy = await AmqpProxy.reserve(user.url);
    const port = await freePort();
    const process = start(proxy.url, { WORKER_PORT: String(port), LOG_FORMAT: 'json' });
    await waitFor('both connections to have failed', () => process.events('connection.failed').length === 2);
    expect(await healthOf(port, 'live')).toMatchObject({ status: 200 });
    await waitFor('it to say why it is not ready', async () => {
      const { status, problems = [] } = (await healthOf(port, 'ready')) ?? {};
      return status === 503 && problems[0]?.startsWith('queue "task_queue" is not consumed (connect ECONNREFUSED');
    });

    await proxy.listen();
    await waitFor('it to be ready', async () => (await healthOf(port, 'ready'))?.status === 200);
    vhost.publish('task_queue', 'Now it runs');
    await process.line(" [x] Received 'Now it runs'");
    expect(await vhost.consumers('task_queue')).toBe(1);
    expect(process.output).not.toContain(user.password);
    await proxy.close();
  });
});
