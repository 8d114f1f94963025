import { join } from 'node:path';
import { Steering } from '@app/queue';
import type { AddOptions, PayloadInputOf, TaskDefinition } from '@app/queue';
import { threadedTasks } from '../chaos/src/threaded-tasks';
import { freePort } from './free-port';
import { TestProcess } from './process';
import { Vhost } from './vhost';
import { waitFor } from './wait-for';
import { TestWorker } from './worker';

const PROGRAM = join(__dirname, '../../dist/test/chaos/test/chaos/src/threaded-worker.js');

/** The worker with threads in a process of its own, on a virtual host of its own, and who adds its tasks. */
export class ThreadedWorker {
  private constructor(
    readonly vhost: Vhost,
    readonly process: TestProcess,
    readonly port: number,
    private readonly producer: TestWorker,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<ThreadedWorker> {
    const vhost = await Vhost.open();
    const tasks = Object.values(threadedTasks);
    const producer = await TestWorker.create({ urls: [vhost.url], tasks, eventsStream: 'on' });
    const port = await freePort();
    const process = TestProcess.start(globalThis.process.execPath, [PROGRAM, String(port)], {
      AMQP_URL: vhost.url,
      WORKER_THREADS: '1',
      ...env,
    });
    const worker = new ThreadedWorker(vhost, process, port, producer);
    try {
      await worker.sees('consumer.started', 2);
    } catch (error) {
      await worker.close();
      throw error;
    }
    return worker;
  }

  async add<Task extends TaskDefinition>(
    task: Task,
    payload: PayloadInputOf<Task>,
    options: AddOptions = {},
  ): Promise<void> {
    await this.producer.queue.add(task, payload, options);
  }

  /** What the task's handler returned. */
  result(id: string): Promise<unknown> {
    return this.producer.queue.result(id);
  }

  cancel(id: string): Promise<void> {
    return this.producer.app.get(Steering).cancel(id, 'anna');
  }

  /** What it has said of this name so far: events of the library, and what the handlers tell. */
  seen(event: string): Record<string, unknown>[] {
    return this.process.events(event);
  }

  /** Waits until it has said something so many times; the last of them. */
  async sees(event: string, times = 1, timeout?: number): Promise<Record<string, unknown>> {
    return waitFor(
      () => `${event} (${times} times); it wrote:\n${this.process.output}`,
      () => this.seen(event)[times - 1],
      timeout,
    );
  }

  /** What it has said and put aside so far shall not count any more. */
  async forget(): Promise<void> {
    this.process.stdout.splice(0);
    this.process.stderr.splice(0);
    await this.vhost.channel.purgeQueue('threaded.dlq');
  }

  async close(): Promise<void> {
    await this.process.stop();
    await this.producer.close();
    await this.vhost.close();
  }
}
