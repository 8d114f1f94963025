import { AmqpProxy } from '../support/amqp-proxy';
import { healthOf } from '../support/app-health';
import { BrokerUser } from '../support/broker-user';
import { HeldStart } from '../support/held-start';
import { TestProcess } from '../support/process';
import { TestSupervisor } from '../support/supervisor';
import { newTask } from '../support/tutorial';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let vhost: Vhost;
let supervisor: TestSupervisor;

beforeEach(async () => {
  vhost = await Vhost.open();
});

afterEach(async () => {
  await supervisor.stop();
  await vhost.close();
});

async function launch(env: Record<string, string> = {}): Promise<void> {
  supervisor = await TestSupervisor.launch({ AMQP_URL: vhost.url, ...env });
}

/** A supervisor whose two workers are ready. */
async function start(env: Record<string, string> = {}): Promise<void> {
  supervisor = await TestSupervisor.start({ AMQP_URL: vhost.url, ...env });
}

describe('a worker that dies under a supervisor', () => {
  const starts = new HeldStart();
  afterAll(() => starts.remove());

  it('is named by readiness, counted and started again, and its task is done by one of them', async () => {
    await start(starts.env);
    await supervisor.occupy(vhost, 'First....', 'Second....');
    const victim = supervisor.pidOf(2);
    starts.hold();
    process.kill(victim, 'SIGKILL');
    await waitFor('readiness to name it, and nobody else', async () => {
      const { status, problems = [] } = (await healthOf(supervisor.port, 'ready')) ?? {};
      return status === 503 && problems.length > 0 && problems.every((problem) => problem.startsWith('worker 2: '));
    });
    expect(await healthOf(supervisor.port, 'live')).toMatchObject({ status: 200 });
    starts.letGo();
    await supervisor.isReady();
    await waitFor('both tasks to be done', () => supervisor.done === 2);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
    expect(supervisor.events('worker.died')).toEqual([
      { event: 'worker.died', worker: 2, pid: victim, why: 'SIGKILL', restartIn: 100 },
    ]);
    expect(supervisor.events('task.started').filter(({ redelivered }) => redelivered)).toHaveLength(1);
    expect(supervisor.process.written.filter((line) => !line.startsWith('{"level":'))).toEqual([]);
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown;
    expect(await supervisor.workers()).toEqual([
      { worker: 1, pid: supervisor.pidOf(1), state: 'up', restarts: 0, since },
      { worker: 2, pid: supervisor.pidOf(2), state: 'up', restarts: 1, since },
    ]);
    await waitFor('metrics to count both tasks', async () => {
      const { warren_worker_tasks_total: tasks = {} } = await supervisor.metrics();
      return Object.values(tasks).reduce((sum, value) => sum + value) === 2;
    });
    expect(await supervisor.metrics()).toMatchObject({
      warren_workers_wanted: { '': 2 },
      warren_worker_running: { 'worker="1"': 1, 'worker="2"': 1 },
      warren_worker_ready: { 'worker="1"': 1, 'worker="2"': 1 },
      warren_worker_restarts_total: { 'worker="1"': 0, 'worker="2"': 1 },
      warren_worker_deaths_total: { 'kind="signal"': 1, 'kind="killed"': 0 },
      warren_worker_tasks_running: { 'worker="1"': 0, 'worker="2"': 0 },
      // What each process tells of itself, by its worker's number.
      warren_ready: { 'worker="1"': 1, 'worker="2"': 1 },
      warren_slots: { 'worker="1",queue="task_queue"': 1, 'worker="2",queue="task_queue"': 1 },
      warren_connection_up: { 'worker="1",role="consuming"': 1, 'worker="2",role="consuming"': 1 },
    });
  });

  it('at once again and again ends them all: the other finishes its task, and the exit code is 1', async () => {
    const dying = "if(process.env.WARREN_WORKER==='2')process.exit(7)";
    newTask(vhost.url, 'Running...');
    await launch({ NODE_OPTIONS: `--import=data:text/javascript,${dying}` });
    expect(await supervisor.process.exit(60_000)).toEqual({ code: 1, signal: null });
    expect(supervisor.events('supervisor.gave-up')).toMatchObject([
      { worker: 2, why: 'it died 5 times in a row before it consumed, the last time by exit code 7' },
    ]);
    expect(supervisor.events('worker.died').map(({ restartIn }) => restartIn)).toEqual([100, 200, 400, 800, undefined]);
    expect(supervisor.events('task.started')).toHaveLength(1);
    expect(supervisor.done).toBe(1);
    expect(supervisor.events('worker.stopped')).toMatchObject([{ worker: 1 }]);
  });

  it('and is refused when it is started again tells why, until it is given up', async () => {
    const user = await BrokerUser.create(vhost.url);
    await user.allow({ configure: '.*', write: '.*', read: '.*' });
    await start({ AMQP_URL: user.url });
    await user.setPassword('changed');
    process.kill(supervisor.pidOf(1), 'SIGKILL');
    expect(await supervisor.process.exit(60_000)).toEqual({ code: 1, signal: null });
    const why = supervisor.events('worker.died').map((event) => String(event['why']));
    expect(why).toEqual([
      'SIGKILL',
      ...Array<unknown>(5).fill(expect.stringMatching(/refuses the user or the password/)),
    ]);
    expect(supervisor.events('supervisor.gave-up')).toMatchObject([{ worker: 1 }]);
    expect(supervisor.events('worker.stopped')).toMatchObject([{ worker: 2 }]);
    expect(supervisor.process.output).not.toContain(user.password);
    await user.remove();
  });

  it('because its event loop is blocked is named, then killed and started again', async () => {
    await start({ HEARTBEAT_SECONDS: '1' });
    process.kill(supervisor.pidOf(1), 'SIGSTOP'); // it says nothing any more, as one that computes without a pause
    await waitFor('readiness to name it', async () => {
      const problems = await supervisor.problems();
      return problems.some((problem) => /^worker 1: has not reported for \d+ s$/.test(problem));
    });
    await waitFor('it to be killed', () => supervisor.events('worker.killed').length === 1);
    expect(supervisor.events('worker.killed')).toMatchObject([{ worker: 1, why: 'it has not reported for 10 s' }]);
    await supervisor.isReady();
    expect(supervisor.events('worker.started').at(-1)).toMatchObject({ worker: 1, restarts: 1 });
  });
});

describe('the first worker of a supervisor', () => {
  it.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    [
      'its password',
      () => Promise.resolve({ AMQP_URL: vhost.url.replace('guest@', 'wrong@') }),
      /^worker: The broker at .* refuses the user or the password; correct AMQP_URL .*\.$/,
    ],
    [
      'one of its queues',
      async () => {
        await vhost.channel.assertQueue('images', { durable: true, arguments: { 'x-message-ttl': 1_000 } });
        return { WORKER_QUEUES: 'cpu,task_queue,notifications,images' };
      },
      /^worker: Queue "images" exists with x-message-ttl = 1000, .*\.$/,
    ],
  ])('that the broker refuses (%s) says so once, and the supervisor exits with 1', async (_what, arrange, sentence) => {
    await launch(await arrange());
    expect(await supervisor.process.exit()).toEqual({ code: 1, signal: null });
    expect(supervisor.process.stderr.filter((line) => sentence.test(line))).toHaveLength(1);
    expect(supervisor.events('worker.started')).toHaveLength(1);
    expect(supervisor.events('worker.died')).toEqual([]);
    expect(supervisor.events('supervisor.gave-up')).toEqual([]);
    expect(supervisor.process.output).not.toMatch(/^\s+at |[Uu]nhandled/m);
  });

  it('is alone while the broker is away, and the others follow when it comes', async () => {
    const proxy = await AmqpProxy.reserve(vhost.url);
    await launch({ AMQP_URL: proxy.url, RECONNECT_DELAY_MS: '100' });
    await waitFor('readiness to say so', async () => {
      const problems = await supervisor.problems();
      const isAway = problems.some((problem) =>
        problem.startsWith('worker 1: queue "task_queue" is not consumed (connect ECONN'),
      );
      return isAway && problems.at(-1) === 'worker 2: waits until worker 1 has started';
    });
    await proxy.listen();
    await supervisor.isReady();
    await proxy.close();
  });

  it('is not started when another program listens on the supervisor’s port', async () => {
    await start();
    const second = TestProcess.app('worker', {
      AMQP_URL: vhost.url,
      WORKER_PROCESSES: '2',
      WORKER_PORT: String(supervisor.port),
    });
    expect(await second.exit()).toEqual({ code: 1, signal: null });
    expect(second.stderr).toEqual([
      'worker: One setting is wrong:',
      `  WORKER_PORT: another program listens on 127.0.0.1:${supervisor.port}`,
    ]);
    expect(second.stdout).toEqual([]);
  });
});
