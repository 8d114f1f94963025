import { threadedTasks as tasks } from '../chaos/src/threaded-tasks';
import { healthOf } from '../support/app-health';
import { closingAfterEach } from '../support/closing';
import { TestProcess } from '../support/process';
import { ThreadedWorker } from '../support/threaded-worker';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const closing = closingAfterEach();

/** Milliseconds: longer than any test waits. */
const ENDLESS = 600_000;

async function start(env: Record<string, string> = {}): Promise<ThreadedWorker> {
  return closing(await ThreadedWorker.start(env));
}

describe('a task that keeps a processor busy, in a thread', () => {
  it('runs once, for 30 s with a heartbeat of 5 s, while its worker goes on', async () => {
    const milliseconds = 30_000;
    const worker = await start({ HEARTBEAT_SECONDS: '5' });
    await worker.add(tasks.spin, milliseconds);
    await worker.sees('spins');
    await worker.add(tasks.light, 'beside it');
    expect(await worker.sees('task.completed')).toMatchObject({ name: 'light' });
    const isDone = async (): Promise<boolean> => {
      expect(await healthOf(worker.port, 'ready')).toMatchObject({ status: 200 });
      return worker.seen('task.completed').length === 2;
    };
    await waitFor(() => `the end of its run; it wrote:\n${worker.process.output}`, isDone, milliseconds + 20_000);
    expect(worker.seen('task.completed')[1]?.['milliseconds']).toBeGreaterThanOrEqual(milliseconds);
    expect(worker.seen('spins')).toHaveLength(1);
    expect(worker.seen('connection.lost')).toEqual([]);
    await worker.vhost.settles('threaded', { ready: 0, unacked: 0, dead: 0 });
  });

  it('goes through Nest’s pipeline there, and waits for a free thread', async () => {
    const worker = await start();
    await worker.add(tasks.spin, 200);
    await worker.add(tasks.spin, 1);
    await worker.sees('task.completed', 2);
    await worker.sees('spins', 2);
    const ids = [...worker.seen('guard'), ...worker.seen('spins')].map(({ threadId }) => threadId);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toBeGreaterThan(0);
  });

  it('is part of its trace there, and its lines can say which task they are of', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const worker = await start({ NODE_OPTIONS: '--require ./test/support/otel.cjs' });
    await worker.add(tasks.look, { when: new Date(0).toISOString(), text: 'x' }, { headers });
    await worker.sees('looked');
    const { id, ...run } = await worker.sees('span');
    expect(run).toMatchObject({ name: 'process threaded', traceId, parent: '00f067aa0ba902b7' });
    const [looked] = worker.seen('looked');
    expect(looked).toMatchObject({ span: id, headers });
    expect(looked?.['logged']).toEqual({ taskId: looked?.['id'], queue: 'threaded', attempt: 1, traceId });
  });

  it('runs beside another when there are two threads', async () => {
    const worker = await start({ WORKER_THREADS: '2' });
    await worker.add(tasks.spin, ENDLESS);
    await worker.sees('spins');
    await worker.add(tasks.spin, 1);
    await worker.sees('task.completed');
    await worker.sees('spins', 2);
    const [first, second] = worker.seen('spins');
    expect(second?.['threadId']).not.toBe(first?.['threadId']);
  });
});

describe('a run in a thread that takes longer than its timeout', () => {
  it('is ended with its thread when it does not end itself; what waited for the thread runs then', async () => {
    const worker = await start();
    await worker.add(tasks.spinInTime, ENDLESS);
    await worker.sees('spins');
    await worker.add(tasks.spin, 1);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({
      reason: 'timed-out',
      error: expect.stringMatching(
        /^TaskTimeoutError: .* 400 ms\. Its handler did not end, so its thread was ended\.$/,
      ),
    });
    expect(await worker.sees('task.completed')).toMatchObject({ name: 'spin' });
    await worker.sees('spins', 2);
    const [first, second] = worker.seen('spins');
    expect(second?.['threadId']).not.toBe(first?.['threadId']);
    expect(worker.seen('task.overran')).toEqual([]);
    await worker.vhost.settles('threaded', { ready: 0, unacked: 0, dead: 1 });
  });

  it('has failed also when it ends at its signal, and keeps its thread', async () => {
    const worker = await start();
    await worker.add(tasks.spin, 1);
    await worker.add(tasks.obey, '');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({
      reason: 'timed-out',
      error: expect.stringContaining('Its handler ended after its signal had fired.'),
    });
    expect(await worker.sees('aborted')).toMatchObject({ name: 'TaskTimeoutError', isOwn: true });
    await worker.add(tasks.spin, 1);
    await worker.sees('task.completed', 2);
    await worker.sees('spins', 2);
    const [first, second] = worker.seen('spins');
    expect(second?.['threadId']).toBe(first?.['threadId']);
  });

  it('does not count the time in which its thread boots', async () => {
    const worker = await start({ BOOT_TAKES_MS: String(tasks.spinAfterBoot.timeout) });
    await worker.add(tasks.spinAfterBoot, 1);
    await worker.sees('task.completed');
  });
});

describe('a worker that stops', () => {
  it('tells the handlers in its threads, ends those that do not end, and gives back what has not ended', async () => {
    const worker = await start({ SHUTDOWN_TIMEOUT_MS: '200', WORKER_THREADS: '2' });
    await worker.add(tasks.obeyStop, '');
    await worker.add(tasks.spin, ENDLESS);
    await worker.sees('waits');
    await worker.sees('spins');
    worker.process.signal('SIGTERM');
    expect(await worker.process.exit()).toEqual({ code: 0, signal: null });
    expect(worker.seen('aborted')).toEqual([
      expect.objectContaining({ name: 'WorkerStoppedError', isOwn: true, message: expect.stringContaining('stops') }),
    ]);
    expect(worker.seen('task.completed').map(({ name }) => name)).toEqual(['obey-stop']);
    expect(worker.seen('task.requeued').map(({ name }) => name)).toEqual(['spin']);
    await worker.vhost.settles('threaded', { ready: 1, unacked: 0, dead: 0 });
  });

  it('is not held by a thread that nothing ends, once it is told a second time', async () => {
    const worker = await start({ SHUTDOWN_TIMEOUT_MS: '600000' });
    await worker.add(tasks.block, 40);
    await worker.sees('blocks');
    worker.process.signal('SIGTERM');
    await worker.sees('worker.stopping');
    await waitFor('it to hurry', () => {
      worker.process.signal('SIGTERM'); // one that comes at once is taken for an echo of the first
      return worker.seen('worker.deadline').length === 1;
    });
    expect(await worker.process.exit()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(worker.process.output).toContain('did not stop within 5000 ms; what it held goes back to the broker');
    await worker.vhost.settles('threaded', { ready: 1, unacked: 0, dead: 0 });
  });

  it('gives back what waits for a thread', async () => {
    const worker = await start({ SHUTDOWN_TIMEOUT_MS: '200' });
    await worker.add(tasks.spin, ENDLESS);
    await worker.sees('spins');
    await worker.add(tasks.spin, 1);
    await worker.sees('task.started', 2);
    worker.process.signal('SIGTERM');
    expect(await worker.process.exit()).toEqual({ code: 0, signal: null });
    expect(worker.seen('spins')).toHaveLength(1);
    const why = 'the worker stops'; // and not because it had not ended in time
    expect(worker.seen('task.requeued')).toMatchObject([{ why }, { why }]);
    await worker.vhost.settles('threaded', { ready: 2, unacked: 0, dead: 0 });
  });

  it('lets the modules of its threads close', async () => {
    const worker = await start({ WORKER_THREADS: '2' });
    for (const id of ['first', 'second']) await worker.add(tasks.obeyStop, '', { id });
    await worker.sees('waits', 2);
    for (const id of ['first', 'second']) await worker.cancel(id);
    await worker.sees('task.completed', 2);
    worker.process.signal('SIGTERM');
    expect(await worker.process.exit()).toEqual({ code: 0, signal: null });
    const threadsOf = (event: string): Set<unknown> => new Set(worker.seen(event).map(({ threadId }) => threadId));
    expect(threadsOf('destroyed').size).toBe(2);
    expect(threadsOf('destroyed')).toEqual(threadsOf('waits'));
  });
});

describe('a worker', () => {
  it('does not start when nothing says what its threads run', async () => {
    const { vhost } = await start();
    const worker = closing(await TestWorker.create({ urls: [vhost.url], tasks: [tasks.spin] }));
    await expect(worker.listen()).rejects.toThrow(/^Task "spin" runs in a thread, .* made by defineThread/);
  });

  it('loads nothing for threads before one is needed', async () => {
    const code = `require('./dist/apps/worker/libs/queue/src');
      console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('piscina'))));`;
    const program = TestProcess.start(process.execPath, ['-e', code]);
    await program.exit();
    expect(program.stdout).toEqual(['[]']);
  });
});
