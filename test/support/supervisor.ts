import { healthOf } from './app-health';
import { freePort } from './free-port';
import { TestProcess } from './process';
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

  /** The process in which a worker runs now. */
  pidOf(worker: number): number {
    return this.events('worker.started').findLast((event) => event['worker'] === worker)?.['pid'] as number;
  }

  events(name: string): Record<string, unknown>[] {
    return this.process.events(name);
  }

  /** Each worker runs one of these tasks of the tutorial. */
  async areAtWork(texts: readonly [string, string]): Promise<void> {
    await waitFor(
      () => `each worker to run a task; they wrote:\n${this.process.output}`,
      () =>
        texts.every((text) => this.process.stdout.includes(` [x] Received '${text}'`)) &&
        new Set(this.events('task.started').map(({ from }) => from)).size === texts.length,
    );
  }

  /** How many of the tutorial's tasks are done. */
  get done(): number {
    return this.process.stdout.filter((line) => line === ' [x] Done').length;
  }
}
