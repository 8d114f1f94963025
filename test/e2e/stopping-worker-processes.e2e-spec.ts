import { TestSupervisor } from '../support/supervisor';
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

/** A supervisor whose two workers are ready. */
async function start(env: Record<string, string> = {}): Promise<void> {
  supervisor = await TestSupervisor.launch({ AMQP_URL: vhost.url, ...env });
  await supervisor.isReady();
}

/** Adds a task for each worker, and waits until each of them runs one. */
async function occupy(...texts: [string, string]): Promise<void> {
  for (const text of texts) vhost.publish('task_queue', text);
  await supervisor.areAtWork(texts);
}

describe('a supervisor', () => {
  it('told to stop by SIGTERM lets each worker finish its task, and exits with 0', async () => {
    await start();
    await occupy('First..', 'Second..');
    vhost.publish('task_queue', 'Left');
    supervisor.process.signal('SIGTERM');
    await waitFor('readiness to say so', async () => {
      const problems = await supervisor.problems();
      return problems.includes('worker 1: the worker is stopping') && problems.length === 2;
    });
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.done).toBe(2);
    expect(supervisor.events('task.requeued')).toEqual([]);
    expect(supervisor.events('worker.stopped')).toHaveLength(2);
    await vhost.settles('task_queue', { ready: 1, unacked: 0, dead: 0 });
  });

  it('whose whole group hears Ctrl-C takes it for one wish', async () => {
    await start();
    await occupy('First..', 'Second..');
    supervisor.process.interrupt();
    expect(await supervisor.process.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.done).toBe(2);
    expect(supervisor.events('worker.deadline')).toEqual([]);
  });

  it('told a second time hurries its workers: their tasks go back', async () => {
    await start({ SHUTDOWN_TIMEOUT_MS: '600000' });
    await occupy('First......', 'Second......');
    supervisor.process.signal('SIGTERM');
    await waitFor('both to stop', () => supervisor.events('worker.stopping').length === 2);
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

  it('that is killed leaves no worker behind: each finishes its task and ends', async () => {
    await start();
    await occupy('First..', 'Second..');
    supervisor.process.signal('SIGKILL');
    const told = (): string[] =>
      supervisor.process.stdout.filter((line) => line.includes('the supervisor is gone: stopping'));
    await waitFor('both to notice', () => told().length === 2);
    await supervisor.process.exit(); // its output ends when the last process that writes to it has ended
    expect(supervisor.done).toBe(2);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });
});
