import { defineQueue, defineTask } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { LogLines } from './log-lines';
import { SteeredWork } from './steered-work';
import type { TcpProxy } from './tcp-proxy';
import type { Vhost } from './vhost';
import { waitFor } from './wait-for';
import { TestWorker } from './worker';
import type { WorkerOptions } from './worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 1 });

/** `ballast` makes it as large as a test likes. */
export const task = defineTask({
  name: 'task',
  queue,
  payload: z.object({ name: z.string(), ballast: z.string().optional() }),
});

@Controller()
class WorkController {
  constructor(private readonly work: SteeredWork) {}

  /** Fails when its name says so. */
  @EventPattern<string>(task.name)
  async run(@Payload() { name }: { name: string }): Promise<void> {
    await this.work.run(name);
    if (name.startsWith('bad')) throw new Error('it is bad');
  }
}

/** Both connections and the consumer are told to be there, once each, and nothing else is. */
export const RECOVERY = { connected: 2, others: ['log: consuming work, 1 at once'] };

/** Short enough for many attempts in a test: a line for each would be seen. */
export const RECONNECT_DELAY_MS = 20;
const MANY_ATTEMPTS = 12;

/** For tests in which a link falls silent. */
export const NOTICES_SILENCE = { connectTimeout: 300, heartbeat: 1 };

const CONNECTED = /^log: connected to amqp:\/\/[\w-]+:\*\*\*@.* \(RabbitMQ [\d.]+\) for (producing|consuming)$/;

/** A worker at the end of a link that a test makes go wrong, and the lines it has logged. */
export class LinkTest {
  readonly work = new SteeredWork();
  readonly log = new LogLines();
  private app: TestWorker | undefined;

  /** @param open notes the worker, to be closed after the test (`closingAfterEach()`) */
  constructor(private readonly open: (worker: TestWorker) => TestWorker) {}

  get worker(): TestWorker {
    if (this.app === undefined) throw new Error('The worker has not been created.');
    return this.app;
  }

  /** An app that only adds tasks, so far. */
  async create(urls: readonly string[], options: Partial<WorkerOptions> = {}): Promise<void> {
    this.app = this.open(
      await TestWorker.create({
        urls,
        tasks: [task],
        controllers: [WorkController],
        providers: [{ provide: SteeredWork, useValue: this.work }],
        reconnectDelay: RECONNECT_DELAY_MS,
        // Tests of a silence have shorter ones: on a machine that is busy those notice what is none.
        connectTimeout: 5_000,
        heartbeat: 30,
        logger: this.log,
        ...options,
      }),
    );
  }

  /** A worker that does its work; what it has logged until then is forgotten. */
  async start(urls: readonly string[], options: Partial<WorkerOptions> = {}): Promise<void> {
    await this.create(urls, options);
    await this.worker.listen();
    await this.says();
    this.log.take();
  }

  /** Waits until readiness says exactly this; nothing means ready. */
  async says(...problems: (RegExp | string)[]): Promise<void> {
    const isSaid = (problem: RegExp | string, sentence: string): boolean =>
      typeof problem === 'string' ? sentence.includes(problem) : problem.test(sentence);
    await waitFor(
      () => `readiness to say ${problems.join(', ')}; it says ${JSON.stringify(this.worker.readiness())}`,
      () => {
        const { isReady, problems: said } = this.worker.readiness();
        const isEachSaid = problems.every((problem) => said.some((sentence) => isSaid(problem, sentence)));
        return isReady === (problems.length === 0) && said.length === problems.length && isEachSaid;
      },
    );
  }

  /** It is ready, its next task runs, and it has one consumer. */
  async works(vhost: Vhost): Promise<void> {
    await this.says();
    await this.worker.queue.add(task, { name: 'the next one' });
    await waitFor('the next task to run', () => this.work.runsOf('the next one') === 1);
    await waitFor('exactly one consumer', async () => (await vhost.consumers(queue.name)) === 1);
  }

  /** The lines since the last look, those that tell of a new connection counted. */
  takeLines(): { connected: number; others: string[] } {
    const lines = this.log.take();
    const others = lines.filter((line) => !CONNECTED.test(line));
    return { connected: lines.length - others.length, others };
  }
}

/** Waits until so many more connections were asked for that a line for each would be seen. */
export async function manyAttempts(proxy: TcpProxy): Promise<void> {
  const before = proxy.attempts;
  await waitFor(
    () => `${MANY_ATTEMPTS} attempts; ${proxy.attempts - before} were made`,
    () => proxy.attempts >= before + MANY_ATTEMPTS,
  );
}
