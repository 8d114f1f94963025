import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { allTasks } from '@app/tasks';
import { TestAuthority } from '../support/certificates';
import { warren } from '../support/command';
import { PrivateNode } from '../support/private-node';
import { TestProcess } from '../support/process';
import { runModule } from '../support/run-module';
import { asTheyStand } from '../support/started-commands';
import { tlsFront } from '../support/tls-broker';
import type { TlsBroker } from '../support/tls-broker';
import { waitFor } from '../support/wait-for';

/** Each call of one of RabbitMQ's tools boots an Erlang, and a loop has 28 of them. */
jest.setTimeout(600_000);

/** What some of them have to show; of the others it is enough that they end well. */
const SHOWS: readonly (readonly [command: string, shown: RegExp])[] = [
  ['rabbitmqctl list_queues name type messages_ready', /^images\tquorum\t0\t0\t1$/m],
  ['rabbitmqctl list_consumers', /^images\t/m],
  ['rabbitmqctl list_connections', /warren consuming/],
  ['rabbitmqctl list_permissions -p /', /^warren\t/m],
  ['rabbitmqctl eval .*consumer_timeout', /^\{ok,1800000\}$/m],
  ['rabbitmqctl eval .*dead_letter_worker', /^\{ok,30000\}$/m],
  ["rabbitmqctl list_queues .* \\| grep '\\^delay'", /^delay\.\d\d\t\d+\t[1-9]$/m],
  ['rabbitmq-queues quorum_status images', /leader/],
  ['rabbitmqctl delete_queue images', /successfully deleted/],
  ['openssl s_client', /-----BEGIN CERTIFICATE-----/],
  ['nc ', /succeeded|open/],
];

const lines = asTheyStand('test/manuals/operators.spec.ts');

/** Waits for what a single node with quorum queues never has: another node that keeps them. */
const isForNewNode = (line: string): boolean => line.startsWith('rabbitmq-upgrade');

/** Takes away what others look at. */
const isLast = (line: string): boolean => /^rabbitmqctl (?:delete|purge)_queue /.test(line);

let node: PrivateNode;
let worker: TestProcess | undefined;
let front: TlsBroker;
let env: NodeJS.ProcessEnv;

/** In a shell on the broker's machine, with this test's addresses and folders in place of the manual's. */
async function typed(line: string): Promise<string> {
  const [plain, secured] = [new URL(node.url), new URL(front.url)];
  const here = line
    .replace('broker.example.com 5672', `${plain.hostname} ${plain.port}`)
    .replace('broker.example.com:5671', secured.host)
    .replace('/var/lib/rabbitmq', node.directory)
    .replace('/var/backups', node.directory);
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', here], { env });
  return stdout + stderr;
}

/** Types it until it does: a quorum queue tells its counts some seconds late. */
async function showsWhatItHasTo(line: string): Promise<void> {
  const shown = SHOWS.find(([command]) => new RegExp(`^${command}`).test(line))?.[1] ?? /^/;
  let last = '';
  await waitFor(
    () => `${line} to show ${shown}; it showed:\n${last}`,
    async () => shown.test((last = await typed(line))),
  );
}

beforeAll(async () => {
  [node, front] = await Promise.all([PrivateNode.start(), tlsFront(new TestAuthority('a broker').issue('127.0.0.1'))]);
  const tools = await runModule('broker/rabbitmq-binary.mjs', '({ findRabbitmqServer }) => findRabbitmqServer()');
  const environment = '({ nodeEnvironment, readIdentity }, folder) => nodeEnvironment(folder, readIdentity(folder))';
  const own = (await runModule('broker/node-files.mjs', environment, node.directory)) as NodeJS.ProcessEnv;
  env = { ...own, PATH: `${dirname(String(tools))}:${process.env['PATH']}` };
});

afterAll(async () => {
  await worker?.stop();
  await front.close();
  await node.stop();
});

describe('the commands of operators', () => {
  it('are there', () => {
    expect(lines.length).toBeGreaterThan(30);
    expect(SHOWS.filter(([command]) => !lines.some((line) => new RegExp(`^${command}`).test(line)))).toEqual([]);
  });

  it.each(lines.filter(isForNewNode))('%s', async (line) => {
    await typed(line);
  });

  it('find a broker with a user, with queues and their worker, and with a task that waits', async () => {
    await typed("rabbitmqctl add_user warren 'the password'");
    await typed("rabbitmqctl set_permissions warren '.*' '.*' '.*'");
    const app = TestProcess.app('worker', { AMQP_URL: node.url, WORKER_PORT: '0', LOG_FORMAT: 'json' });
    worker = app;
    const queues = new Set(allTasks.map(({ queue }) => queue.name));
    await waitFor('it to consume', () => app.events('consumer.started').length === queues.size);
    expect(await warren(node.url, ['add', 'cpu.burn', '{"rounds":1000}', '--delay', '2h'])).toMatchObject({ code: 0 });
  });

  it.each(lines.filter((line) => !isForNewNode(line) && !isLast(line)))('%s', async (line) => {
    await showsWhatItHasTo(line);
  });

  it('rabbitmqctl set_policy', async () => {
    await typed(`rabbitmqctl set_policy --apply-to queues limit '^images$' '{"max-length":1000000}'`);
  });

  it.each(lines.filter(isLast))('%s', async (line) => {
    await showsWhatItHasTo(line);
  });
});
