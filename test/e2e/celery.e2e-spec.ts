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

  it('has a worker that does what is added: arguments, delay, and nothing that has expired', async () => {
    const producer = closing(await TestWorker.create({ urls: [vhost.url], tasks: [add] }));
    const tasks = [
      { payload: { expired: true }, options: { expiresIn: 1 } },
      { payload: { a: 1, b: 'zwölf' }, options: { id: 'named' } },
      { payload: [1, [2]] },
      { payload: { args: [1], kwargs: { b: 2 } } },
      { payload: ['delayed'], options: { delay: 500, expiresIn: 60_000 } },
    ];
    const results = await producer.queue.addBulk(tasks.map((task) => ({ task: add, ...task })));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);

    const worker = celeryPrograms.worker(vhost.url, 'jobs');
    closing({ close: () => worker.stop() });
    await worker.line('ready');
    const calls = await waitFor(
      () => `four calls; there are: ${worker.written.join('\n')}`,
      () => {
        const lines = worker.written.filter((line) => line.startsWith('{'));
        return (
          lines.length === 4 && lines.map((line) => JSON.parse(line) as { id: string; args: unknown; kwargs: unknown })
        );
      },
    );
    expect(calls.map(({ args, kwargs }) => [args, kwargs])).toEqual([
      [[], { a: 1, b: 'zwölf' }],
      [[1, [2]], {}],
      [[1], { b: 2 }],
      [['delayed'], {}],
    ]);
    expect(calls[0]?.id).toBe('named');
  });
});
