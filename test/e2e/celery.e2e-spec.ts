import { celery, defineQueue, defineTask, TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { celeryPrograms } from '../support/celery';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'jobs', type: 'classic', format: celery() });
const add = defineTask({ name: 'proj.add', queue, payload: z.unknown() });

/** What the Celery worker says of a call. */
interface Call {
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: unknown;
  readonly retries: number;
  readonly expires: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

let ran: { payload: unknown; id: string | undefined; attempt: number; at: number }[] = [];

@Controller()
class AddController {
  @EventPattern<string>('proj.add')
  add(@Payload() payload: unknown, @Ctx() { id, attempt }: TaskContext): void {
    ran.push({ payload, id, attempt, at: Date.now() });
  }
}

const closing = closingAfterEach();
let vhost: Vhost;

beforeEach(async () => {
  vhost = closing(await Vhost.open());
  ran = [];
});

describe('Debian’s python3-celery', () => {
  it('sends tasks that a worker of Warren’s does: arguments, attempt, delay and expiry', async () => {
    const worker = closing(await TestWorker.start({ urls: [vhost.url], tasks: [add], controllers: [AddController] }));
    const sending = { name: 'proj.add', queue: 'jobs' };
    const before = Date.now();
    const [, named, placed, both, late, expired] = await celeryPrograms.send(
      vhost.url,
      { ...sending, args: [0] },
      { ...sending, kwargs: { a: 1, b: 'zwölf' } },
      { ...sending, args: [1, [2]], retries: 2 },
      { ...sending, args: [1], kwargs: { b: 2 } },
      { ...sending, args: ['late'], countdown: 3, expires: 60 },
      { ...sending, args: ['too late'], countdown: 3, expires: 2 },
    );
    await worker.sees('task.completed', 5);
    expect(ran.map(({ payload, id, attempt }) => ({ payload, id, attempt }))).toEqual([
      expect.objectContaining({ payload: [0] }),
      { payload: { a: 1, b: 'zwölf' }, id: named, attempt: 1 },
      { payload: [1, [2]], id: placed, attempt: 3 },
      { payload: { args: [1], kwargs: { b: 2 } }, id: both, attempt: 1 },
      { payload: ['late'], id: late, attempt: 1 },
    ]);
    expect((ran.at(-1)?.at ?? 0) - before).toBeGreaterThanOrEqual(3_000);
    expect(worker.seen('task.postponed')).toMatchObject([{ id: late }, { id: expired }]);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ id: expired, reason: 'expired' });
  });

  it('has a worker that does what is added: arguments, delay, its own retries, and nothing that has expired', async () => {
    const producer = closing(await TestWorker.create({ urls: [vhost.url], tasks: [add] }));
    await producer.queue.add(add, { expired: true }, { expiresIn: 1 });
    const worker = celeryPrograms.worker(vhost.url, 'jobs');
    closing({ close: () => worker.stop() });
    await worker.line('ready');

    const before = Date.now();
    const tasks = [
      { payload: { a: 1, b: 'zwölf' }, options: { id: 'named' } },
      { payload: [1, [2]] },
      { payload: { args: [1], kwargs: { b: 2 } } },
      { payload: ['once more'] },
      { payload: ['delayed'], options: { delay: 1_000, expiresIn: 60_000 } },
    ];
    const results = await producer.queue.addBulk(tasks.map((task) => ({ task: add, ...task })));
    const after = Date.now();
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);

    const calls = await waitFor(
      () => `six calls; there are: ${worker.written.join('\n')}`,
      () => {
        const lines = worker.written.filter((line) => line.startsWith('{'));
        return lines.length === 6 && lines.map((line) => JSON.parse(line) as Call);
      },
    );
    const isDelayed = ({ args }: Call): boolean => args[0] === 'delayed';
    expect(
      calls.filter((call) => !isDelayed(call)).map(({ args, kwargs, retries }) => [args, kwargs, retries]),
    ).toEqual([
      [[], { a: 1, b: 'zwölf' }, 0],
      [[1, [2]], {}, 0],
      [[1], { b: 2 }, 0],
      [['once more'], {}, 0],
      [['once more'], {}, 1],
    ]);
    expect(calls[0]?.id).toBe('named');
    expect(calls.find(({ retries }) => retries === 1)?.id).toBe(calls.find(({ args }) => args[0] === 'once more')?.id);
    const delayed = calls.find(isDelayed);
    expect(delayed?.at).toBeGreaterThanOrEqual(before + 1_000);
    const expires = Date.parse(delayed?.expires ?? '');
    expect(expires).toBeGreaterThanOrEqual(before + 60_000);
    expect(expires).toBeLessThanOrEqual(after + 60_000);
  });
});
