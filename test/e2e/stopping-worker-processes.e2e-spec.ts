import { Steering } from '@app/queue';
import { TestSupervisor } from '../support/supervisor';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** Tasks that run for as long as they are let, one for each worker. */
const LONG = [`First${'.'.repeat(600)}`, `Second${'.'.repeat(600)}`] as const;

let vhost: Vhost;
let supervisor: TestSupervisor;

beforeEach(async () => {
  vhost = await Vhost.open();
});

afterEach(async () => {
  await supervisor.stop();
  await vhost.close();
});

/** A supervisor whose two workers are ready. */
async function start(env: Record<string, string> = {}): Promise<void> {
  supervisor = await TestSupervisor.start({ AMQP_URL: vhost.url, ...env });
}

describe('a supervisor', () => {
  it('told to stop by SIGTERM lets each worker finish its task, and exits with 0', async () => {
    await start();
    await supervisor.occupy(vhost, 'First..', 'Second..');
    supervisor.process.signal('SIGTERM');
    await waitFor('both to stop', () => supervisor.events('worker.stopping').length === 2);
    vhost.publish('task_queue', 'Left');
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.done).toBe(2);
    expect(supervisor.events('task.requeued')).toEqual([]);
    expect(supervisor.events('worker.stopped')).toHaveLength(2);
    await vhost.settles('task_queue', { ready: 1, unacked: 0, dead: 0 });
  });

  it('whose whole group hears Ctrl-C takes it for one wish', async () => {
    await start();
    await supervisor.occupy(vhost, 'First..', 'Second..');
    supervisor.process.interrupt();
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.done).toBe(2);
    expect(supervisor.events('worker.deadline')).toEqual([]);
  });

  it('told a second time hurries its workers: their tasks go back', async () => {
    await start({ SHUTDOWN_TIMEOUT_MS: '600000' });
    await supervisor.occupy(vhost, ...LONG);
    await waitFor('metrics to tell of a task in each', async () => {
      const { warren_worker_tasks_running: running } = await supervisor.metrics();
      return running?.['worker="1"'] === 1 && running['worker="2"'] === 1;
    });
    supervisor.process.signal('SIGTERM');
    await waitFor('both to stop', () => supervisor.events('worker.stopping').length === 2);
    await waitFor('readiness to say so', async () => {
      const problems = await supervisor.problems();
      return problems.includes('worker 1: the worker is stopping') && problems.length === 2;
    });
    await waitFor('both to hurry', () => {
      supervisor.process.signal('SIGTERM'); // one that comes at once is taken for an echo of the first
      return supervisor.events('worker.deadline').length === 2;
    });
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.done).toBe(0);
    await vhost.settles('task_queue', { ready: 2, unacked: 0, dead: 0 });
  });

  it('kills a worker that does not hear, and exits with 1', async () => {
    await start();
    process.kill(supervisor.pidOf(1), 'SIGSTOP');
    supervisor.process.signal('SIGTERM');
    await waitFor('it to be killed', () => {
      supervisor.process.signal('SIGTERM');
      return supervisor.events('worker.killed').length === 1;
    });
    expect(await supervisor.process.exit()).toEqual({ code: 1, signal: null });
    expect(supervisor.events('worker.killed')).toMatchObject([{ worker: 1, why: 'it did not end within 7000 ms' }]);
  });

  it('goes on without a worker that somebody has told to stop by its name, and ends with the last of them', async () => {
    await start();
    const app = await TestWorker.create({ urls: [vhost.url], tasks: [] });
    /** Tells one of those that still run to stop; it has put a task aside, and so its name is known. */
    const stopOne = async (): Promise<void> => {
      vhost.publish('task_queue', JSON.stringify({ pattern: 'nobodys', data: 0 }));
      const { properties } = await vhost.take('task_queue.dlq');
      await app.app.get(Steering).stop(String(properties.headers?.['x-dead-letter-worker']), 'anna');
    };
    try {
      await stopOne();
      await waitFor('it to stop', () => supervisor.events('worker.stopped').length === 1);
      await supervisor.isReady();
      vhost.publish('task_queue', 'First');
      await waitFor('the other to work', () => supervisor.done === 1);
      await stopOne();
      expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
      expect(supervisor.events('worker.started')).toHaveLength(2);
      expect(supervisor.events('worker.died')).toEqual([]);
    } finally {
      await app.close();
    }
  });

  it('that is killed leaves no worker behind: each finishes its task and ends', async () => {
    await start();
    await supervisor.occupy(vhost, 'First..', 'Second..');
    supervisor.process.signal('SIGKILL');
    const told = (): string[] =>
      supervisor.process.stdout.filter((line) => line.includes('the supervisor is gone: stopping'));
    await waitFor('both to notice', () => told().length === 2);
    await supervisor.process.exit(); // its output ends when the last process that writes to it has ended
    expect(supervisor.done).toBe(2);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });
});

describe('a supervisor whose workers have threads', () => {
  /** Adds two tasks that compute, and waits until each worker has one in its thread. */
  async function compute(rounds: number, env: Record<string, string> = {}): Promise<void> {
    await start({ WORKER_QUEUES: 'cpu', WORKER_THREADS: '1', ...env });
    const task = JSON.stringify({ pattern: 'cpu.burn', data: { rounds } });
    for (let nth = 1; nth <= 2; nth += 1) vhost.publish('cpu', task);
    await supervisor.areAtWork();
  }

  it('told to stop lets each thread finish its task; the workers hear it while those compute', async () => {
    await compute(3_000_000, { SHUTDOWN_TIMEOUT_MS: '60000' });
    supervisor.process.signal('SIGTERM');
    expect(await supervisor.process.exit(60_000)).toEqual({ code: 0, signal: null });
    const order = (worker: number): unknown[] =>
      supervisor.process
        .events()
        .filter(({ event, from }) => from === worker && ['worker.stopping', 'task.completed'].includes(String(event)))
        .map(({ event }) => event);
    const each = ['worker.stopping', 'task.completed'];
    expect([order(1), order(2)]).toEqual([each, each]);
    await vhost.settles('cpu', { ready: 0, unacked: 0, dead: 0 });
  });

  it('ends at its deadline the threads that have not finished: their tasks go back', async () => {
    await compute(100_000_000, { SHUTDOWN_TIMEOUT_MS: '200' });
    supervisor.process.signal('SIGTERM');
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(new Set(supervisor.events('task.requeued').map(({ from }) => from))).toEqual(new Set([1, 2]));
    await vhost.settles('cpu', { ready: 2, unacked: 0, dead: 0 });
  });
});
