import { healthOf } from '../support/app-health';
import { BrokerUser } from '../support/broker-user';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let vhost: Vhost;
let port: number;
let supervisor: TestProcess;

beforeEach(async () => {
  vhost = await Vhost.open();
  port = await freePort();
});

afterEach(async () => {
  await supervisor.stop();
  await vhost.close();
});

function launch(env: Record<string, string> = {}): void {
  supervisor = TestProcess.foreground('worker', {
    AMQP_URL: vhost.url,
    WORKER_QUEUES: 'task_queue',
    WORKER_PROCESSES: '2',
    WORKER_PORT: String(port),
    LOG_FORMAT: 'json',
    ...env,
  });
}

/** A supervisor whose two workers are ready. */
async function start(env: Record<string, string> = {}): Promise<void> {
  launch(env);
  await isReady();
}

async function isReady(): Promise<void> {
  await waitFor(
    () => `both workers to be ready; they wrote:\n${supervisor.output}`,
    async () => (await healthOf(port, 'ready'))?.status === 200,
  );
}

/** Adds a task for each worker, and waits until each of them runs one. */
async function occupy(...texts: string[]): Promise<void> {
  for (const text of texts) vhost.publish('task_queue', text);
  await waitFor(
    () => `each worker to run a task; they wrote:\n${supervisor.output}`,
    () => texts.every((text) => supervisor.stdout.includes(` [x] Received '${text}'`)),
  );
  const busy = new Set(supervisor.events('task.started').map(({ from }) => from));
  expect(busy).toEqual(new Set([1, 2]));
}

/** The process in which a worker runs now. */
function pidOf(worker: number): number {
  return supervisor.events('worker.started').findLast((event) => event['worker'] === worker)?.['pid'] as number;
}

const done = (): number => supervisor.stdout.filter((line) => line === ' [x] Done').length;

/** What readiness says of each worker. */
async function workersTold(): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
  const { details } = (await answer.json()) as { details: { queue: { workers: unknown } } };
  return details.queue.workers;
}

describe('a worker that dies under a supervisor', () => {
  it('is named by readiness and started again, and its task is done by one of them', async () => {
    await start();
    await occupy('First..', 'Second..');
    const victim = pidOf(2);
    process.kill(victim, 'SIGKILL');
    await waitFor('readiness to name it, and nobody else', async () => {
      const { status, problems = [] } = (await healthOf(port, 'ready')) ?? {};
      return status === 503 && problems.length > 0 && problems.every((problem) => problem.startsWith('worker 2: '));
    });
    expect(await healthOf(port, 'live')).toMatchObject({ status: 200 });
    await isReady();
    await waitFor('both tasks to be done', () => done() === 2);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
    expect(supervisor.events('worker.died')).toEqual([
      { event: 'worker.died', worker: 2, pid: victim, why: 'SIGKILL', restartIn: 100 },
    ]);
    expect(supervisor.events('task.started').filter(({ redelivered }) => redelivered)).toHaveLength(1);
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown;
    expect(await workersTold()).toEqual([
      { worker: 1, pid: pidOf(1), state: 'up', restarts: 0, since },
      { worker: 2, pid: pidOf(2), state: 'up', restarts: 1, since },
    ]);
  });

  it('at once again and again ends them all: the other finishes its task, and the exit code is 1', async () => {
    const dying = "if(process.env.WARREN_WORKER==='2')process.exit(7)";
    launch({ NODE_OPTIONS: `--import=data:text/javascript,${dying}` });
    await waitFor('the first to consume', () => supervisor.events('consumer.started').length === 1);
    vhost.publish('task_queue', 'Running...');
    expect(await supervisor.exit(60_000)).toEqual({ code: 1, signal: null });
    expect(supervisor.events('supervisor.gave-up')).toMatchObject([
      { worker: 2, why: 'it died 5 times in a row before it consumed, the last time by exit code 7' },
    ]);
    expect(supervisor.events('worker.died').map(({ restartIn }) => restartIn)).toEqual([100, 200, 400, 800, undefined]);
    expect(supervisor.events('task.started')).toHaveLength(1);
    expect(done()).toBe(1);
    expect(supervisor.events('worker.stopped')).toMatchObject([{ worker: 1 }]);
  });

  it('and is refused when it is started again tells why, until it is given up', async () => {
    const user = await BrokerUser.create(vhost.url);
    await user.allow({ configure: '.*', write: '.*', read: '.*' });
    await start({ AMQP_URL: user.url });
    await user.setPassword('changed');
    process.kill(pidOf(1), 'SIGKILL');
    expect(await supervisor.exit(60_000)).toEqual({ code: 1, signal: null });
    const why = supervisor.events('worker.died').map((event) => String(event['why']));
    expect(why).toEqual([
      'SIGKILL',
      ...Array<unknown>(5).fill(expect.stringMatching(/refuses the user or the password/)),
    ]);
    expect(supervisor.events('supervisor.gave-up')).toMatchObject([{ worker: 1 }]);
    expect(supervisor.events('worker.stopped')).toMatchObject([{ worker: 2 }]);
    expect(supervisor.output).not.toContain(user.password);
    await user.remove();
  });

  it('because its event loop is blocked is named, then killed and started again', async () => {
    await start({ HEARTBEAT_SECONDS: '1' });
    process.kill(pidOf(1), 'SIGSTOP'); // it says nothing any more, as one that computes without a pause
    await waitFor('readiness to name it', async () => {
      const { problems = [] } = (await healthOf(port, 'ready')) ?? {};
      return problems.some((problem) => /^worker 1: has not reported for \d+ s$/.test(problem));
    });
    await waitFor('it to be killed', () => supervisor.events('worker.killed').length === 1);
    expect(supervisor.events('worker.killed')).toMatchObject([{ worker: 1, why: 'it has not reported for 10 s' }]);
    await isReady();
    expect(supervisor.events('worker.started').at(-1)).toMatchObject({ worker: 1, restarts: 1 });
  });
});

describe('the first worker of a supervisor', () => {
  it('that the broker refuses says so once, and the supervisor exits with 1', async () => {
    const url = new URL(vhost.url);
    url.password = 'wrong';
    launch({ AMQP_URL: url.href });
    expect(await supervisor.exit()).toEqual({ code: 1, signal: null });
    const sentence = /^worker: The broker at .* refuses the user or the password; correct AMQP_URL .*\.$/;
    expect(supervisor.stderr.filter((line) => sentence.test(line))).toHaveLength(1);
    expect(supervisor.events('worker.started')).toHaveLength(1);
    expect(supervisor.events('supervisor.gave-up')).toEqual([]);
    expect(supervisor.output).not.toMatch(/^\s+at |[Uu]nhandled/m);
  });

  it('is not started when another program listens on the supervisor’s port', async () => {
    await start();
    const second = TestProcess.app('worker', { AMQP_URL: vhost.url, WORKER_PROCESSES: '2', WORKER_PORT: String(port) });
    expect(await second.exit()).toEqual({ code: 1, signal: null });
    expect(second.stderr).toEqual([
      'worker: One setting is wrong:',
      `  WORKER_PORT: another program listens on 127.0.0.1:${port}`,
    ]);
    expect(second.stdout).toEqual([]);
  });
});

describe('a supervisor', () => {
  it('told to stop by SIGTERM lets each worker finish its task, and exits with 0', async () => {
    await start();
    await occupy('First..', 'Second..');
    vhost.publish('task_queue', 'Left');
    supervisor.signal('SIGTERM');
    await waitFor('readiness to say so', async () => {
      const { problems = [] } = (await healthOf(port, 'ready')) ?? {};
      return problems.includes('worker 1: the worker is stopping') && problems.length === 2;
    });
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
    expect(done()).toBe(2);
    expect(supervisor.events('task.requeued')).toEqual([]);
    expect(supervisor.events('worker.stopped')).toHaveLength(2);
    await vhost.settles('task_queue', { ready: 1, unacked: 0, dead: 0 });
  });

  it('whose whole group hears Ctrl-C takes it for one wish', async () => {
    await start();
    await occupy('First..', 'Second..');
    supervisor.interrupt();
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
    expect(done()).toBe(2);
    expect(supervisor.events('worker.deadline')).toEqual([]);
  });

  it('told a second time hurries its workers: their tasks go back', async () => {
    await start({ SHUTDOWN_TIMEOUT_MS: '600000' });
    await occupy('First......', 'Second......');
    supervisor.signal('SIGTERM');
    await waitFor('both to stop', () => supervisor.events('worker.stopping').length === 2);
    await waitFor('both to hurry', () => {
      supervisor.signal('SIGTERM'); // one that comes at once is taken for an echo of the first
      return supervisor.events('worker.deadline').length === 2;
    });
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
    expect(done()).toBe(0);
    await vhost.settles('task_queue', { ready: 2, unacked: 0, dead: 0 });
  });

  it('that is killed leaves no worker behind: each finishes its task and ends', async () => {
    await start();
    await occupy('First..', 'Second..');
    supervisor.signal('SIGKILL');
    const told = (): string[] => supervisor.stdout.filter((line) => line.includes('the supervisor is gone: stopping'));
    await waitFor('both to notice', () => told().length === 2);
    await supervisor.exit(); // its output ends when the last process that writes to it has ended
    expect(done()).toBe(2);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });
});
