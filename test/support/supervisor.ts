import { healthOf } from './app-health';
import { freePort } from './free-port';
import { TestProcess } from './process';
import { readPrometheusText } from './prometheus';
import type { Vhost } from './vhost';
import { waitFor } from './wait-for';

/** The worker's program with `WORKER_PROCESSES=2`, in a process group of its own. */
export class TestSupervisor {
  private constructor(
    readonly process: TestProcess,
    readonly port: number,
  ) {}

  /** Starts it; stop it on the line that starts it. */
  static async launch(env: Record<string, string>): Promise<TestSupervisor> {
    const port = await freePort();
    const started = TestProcess.foreground('worker', {
      WORKER_QUEUES: 'task_queue',
      WORKER_PROCESSES: '2',
      WORKER_PORT: String(port),
      LOG_FORMAT: 'json',
      ...env,
    });
    return new TestSupervisor(started, port);
  }

  /** The same, and waits until both workers are ready. */
  static async start(env: Record<string, string>): Promise<TestSupervisor> {
    const supervisor = await TestSupervisor.launch(env);
    try {
      await supervisor.isReady();
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }

  /** Ends all of it, a worker that a test has halted included. */
  async stop(): Promise<void> {
    try {
      process.kill(-this.process.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
    await this.process.stop();
  }

  /** Both workers are ready. */
  async isReady(): Promise<void> {
    await waitFor(
      () => `both workers to be ready; they wrote:\n${this.process.output}`,
      async () => (await healthOf(this.port, 'ready'))?.status === 200,
    );
  }

  /** The reasons why it is not ready. */
  async problems(): Promise<readonly string[]> {
    return (await healthOf(this.port, 'ready'))?.problems ?? [];
  }

  /** What readiness says of each worker. */
  async workers(): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`);
    const { details } = (await answer.json()) as { details: { queue: { workers: unknown } } };
    return details.queue.workers;
  }

  /** What it tells Prometheus: the values of each metric by their labels. */
  async metrics(): Promise<Record<string, Readonly<Record<string, number>>>> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/metrics`);
    const type = answer.headers.get('content-type');
    if (!answer.ok || type !== 'text/plain; version=0.0.4; charset=utf-8')
      throw new Error(`/metrics answers with ${answer.status} and ${type}`);
    const metrics = Object.entries(readPrometheusText(await answer.text()));
    return Object.fromEntries(metrics.map(([name, { values }]) => [name, values]));
  }

  /** The process in which a worker runs now. */
  pidOf(worker: number): number {
    return this.events('worker.started').findLast((event) => event['worker'] === worker)?.['pid'] as number;
  }

  events(name: string): Record<string, unknown>[] {
    return this.process.events(name);
  }

  /** Adds a task of the tutorial for each worker, and waits until each of them runs one. */
  async occupy(vhost: Vhost, ...texts: [string, string]): Promise<void> {
    for (const text of texts) vhost.publish('task_queue', text);
    for (const text of texts) await this.process.line(` [x] Received '${text}'`);
    await this.areAtWork();
  }

  /** Each worker runs a task. */
  async areAtWork(): Promise<void> {
    await waitFor(
      () => `each worker to run a task; they wrote:\n${this.process.output}`,
      () => new Set(this.events('task.started').map(({ from }) => from)).size === 2,
    );
  }

  /** How many of the tutorial's tasks are done. */
  get done(): number {
    return this.process.stdout.filter((line) => line === ' [x] Done').length;
  }
}
