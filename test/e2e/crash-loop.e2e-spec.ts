import { join } from 'node:path';
import type { QueueType } from '@app/queue';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const PROGRAM = join(__dirname, '../../dist/test/chaos/test/chaos/src/crashing-worker.js');
/** Each crash is a worker that boots; what is counted, and not only that it is, is tried with one more. */
const CRASH_LIMIT = 2;

/** What an orchestrator does: a worker that has died is started again. */
class Supervised {
  readonly runs: TestProcess[] = [];
  private readonly done: Promise<void>;
  private isStopping = false;

  constructor(
    private readonly env: Record<string, string>,
    private readonly nodeArgs: readonly string[] = [],
  ) {
    this.done = this.supervise();
  }

  get output(): string {
    return this.runs.map((run, index) => `--- ${index + 1}\n${run.output}`).join('\n');
  }

  get current(): TestProcess | undefined {
    return this.runs.at(-1);
  }

  /** The tasks whose handlers began, in order, over every life of the worker. */
  get begun(): string[] {
    return this.runs.flatMap(({ stdout }) => stdout.flatMap((line) => /^begun (\S+ \S+)/.exec(line)?.[1] ?? []));
  }

  events(name: string): Record<string, unknown>[] {
    return this.runs.flatMap((run) => run.events(name));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.current?.stop();
    await this.done;
  }

  private async supervise(): Promise<void> {
    while (!this.isStopping) {
      const run = TestProcess.start(process.execPath, [...this.nodeArgs, PROGRAM], this.env);
      this.runs.push(run);
      await run.exit(120_000);
    }
  }
}

describe.each<QueueType>(['quorum', 'classic'])('a task that kills its worker, in a %s queue', (QUEUE_TYPE) => {
  let vhost: Vhost;
  let worker: Supervised | undefined;

  beforeEach(async () => {
    vhost = await Vhost.open();
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
    await vhost.close();
  });

  function start(
    options: { concurrency?: number; heartbeat?: number; nodeArgs?: string[]; crashLimit?: number } = {},
  ): Supervised {
    const { concurrency = 1, heartbeat = 30, nodeArgs = [], crashLimit = CRASH_LIMIT } = options;
    const env = {
      AMQP_URL: vhost.url,
      QUEUE_TYPE,
      CONCURRENCY: String(concurrency),
      CRASH_LIMIT: String(crashLimit),
      HEARTBEAT_SECONDS: String(heartbeat),
    };
    worker = new Supervised(env, nodeArgs);
    return worker;
  }

  async function declared(): Promise<void> {
    const started = worker as Supervised;
    await waitFor(
      () => `the worker to consume; it wrote:\n${started.output}`,
      () => started.events('consumer.started').length > 0,
    );
  }

  /** Tasks that wait in the queue or, the last time, in its quarantine. */
  async function waiting(): Promise<number> {
    const counts = [await vhost.channel.checkQueue('work')];
    if (worker?.begun.length === CRASH_LIMIT) counts.push(await vhost.channel.checkQueue('work.quarantine'));
    return counts.reduce((sum, { messageCount }) => sum + messageCount, 0);
  }

  const add = (name: string, text: string) =>
    vhost.publish('work', JSON.stringify({ pattern: name, data: text }), { messageId: `${name}-${text}` });

  async function deadLetters(count: number): Promise<{ id: unknown; reason: unknown; error: unknown }[]> {
    await waitFor(
      () => `${count} dead letters; the worker wrote:\n${worker?.output}`,
      async () => (await vhost.channel.checkQueue('work.dlq')).messageCount >= count,
      90_000,
    );
    const taken = await vhost.takeAll('work.dlq');
    return taken.map(({ properties: { messageId: id, headers } }) => ({
      id: id as unknown,
      reason: headers?.['x-dead-letter-reason'] as unknown,
      error: headers?.['x-error-name'] as unknown,
    }));
  }

  it.each(
    QUEUE_TYPE === 'quorum'
      ? [
          ['exit', CRASH_LIMIT + 1],
          ['kill', CRASH_LIMIT],
          ['memory', CRASH_LIMIT],
        ]
      : ([['kill', CRASH_LIMIT + 1]] as const),
  )('by %s is put aside after as many crashes as the limit says: %i', async (way, crashLimit) => {
    start({ nodeArgs: ['--max-old-space-size=60'], crashLimit });
    await declared();
    add(way, 'x');
    add('innocent', 'after');
    expect(await deadLetters(1)).toEqual([{ id: `${way}-x`, reason: 'crash-loop', error: 'CrashLoopError' }]);
    await waitFor('the innocent one', () => worker?.events('task.completed').length === 1);
    expect(worker?.begun.filter((run) => run === `${way} x`)).toHaveLength(crashLimit);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('by a blocked event loop is put aside: the heartbeat takes it away, and the liveness probe ends the worker', async () => {
    const started = start({ heartbeat: 1 });
    await declared();
    add('block', 'x');
    for (let crash = 1; crash <= CRASH_LIMIT; crash += 1) {
      await waitFor(
        () => `run ${crash}; the worker wrote:\n${started.output}`,
        () => started.begun.length === crash,
      );
      await waitFor('the broker to take it back', async () => (await waiting()) === 1);
      started.current?.signal('SIGKILL');
    }
    expect(await deadLetters(1)).toMatchObject([{ id: 'block-x', reason: 'crash-loop' }]);
  });

  it('condemns none of those that are in one batch with it', async () => {
    const started = start({ concurrency: 4 });
    await declared();
    for (const text of ['a', 'b', 'killer', 'c']) add('batched', text);
    expect(await deadLetters(1)).toEqual([{ id: 'batched-killer', reason: 'crash-loop', error: 'CrashLoopError' }]);
    await waitFor(
      () => `the innocent ones; the worker wrote:\n${started.output}`,
      () => started.events('task.completed').length === 3,
    );
    const innocent = ['batched-a', 'batched-b', 'batched-c'];
    expect(started.events('task.completed').map(({ id }) => id)).toEqual(expect.arrayContaining(innocent));
    expect(started.begun[0]).toMatch(/^batched .*,.*,.*,/); // all were in the hand of the worker that died
    const deadly = started.begun.filter((run) => run.includes('killer'));
    expect(deadly).toHaveLength(CRASH_LIMIT);
    expect(deadly.at(-1)).toBe('batched killer');
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('condemns none of the innocent tasks beside it, not even with several of its kind', async () => {
    const started = start({ concurrency: 6 });
    await declared();
    const innocents = Array.from({ length: 12 }, (_, index) => String(index));
    for (const text of innocents) {
      if (Number(text) % 6 === 2) add('exit', text);
      add('innocent', text);
    }
    const completed = (): Set<string> => new Set(started.events('task.completed').map(({ id }) => String(id)));
    await waitFor(
      () => `the innocent ones; the worker wrote:\n${started.output}`,
      () => completed().size === innocents.length,
      90_000,
    );
    const dead = new Map<unknown, unknown>();
    await waitFor(
      'the others to be put aside',
      async () => {
        for (const { id, reason } of await deadLetters(0)) dead.set(id, reason); // one may be there twice
        return dead.size >= 2;
      },
      60_000,
    );
    expect(completed()).toEqual(new Set(innocents.map((text) => `innocent-${text}`)));
    expect(dead).toEqual(new Map(['exit-2', 'exit-8'].map((id) => [id, 'crash-loop'])));
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });
});
