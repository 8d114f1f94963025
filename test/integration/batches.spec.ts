import { BatchContext, RetryLater, defineQueue, defineTask } from '@app/queue';
import { Controller, UseInterceptors } from '@nestjs/common';
import type { NestInterceptor } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { map } from 'rxjs';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { LettersWorker, addLetters, letters } from '../support/letters';
import type { Batch, StartOptions } from '../support/letters';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const { full, few, timed } = letters;
const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

const open = async (...how: StartOptions) => closing(await LettersWorker.start(vhost, ...how));

describe('a batch', () => {
  it('is handled in one call when it is full, each task with its own context and its own end', async () => {
    const { worker, batches } = await open();
    await addLetters(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => payloads)).toEqual([['a', 'b', 'c', 'd']]);
    const [{ context }] = batches as [Batch];
    expect(context).toBeInstanceOf(BatchContext);
    expect([context.name, context.queue]).toEqual(['full', 'letters']);
    const added = worker.seen('task.added').map(({ id }) => id);
    expect(new Set(context.tasks.map(({ id }) => id))).toEqual(new Set(added));
  });

  it('that does not fill begins when its first task has waited long enough', async () => {
    const { worker, batches } = await open();
    await addLetters(worker, few, ['a', 'b']);
    await worker.sees('task.completed', 2);
    expect(batches.map(({ payloads }) => payloads)).toEqual([['a', 'b']]);
  });

  it('holds tasks of one name only', async () => {
    const { worker, batches } = await open();
    await worker.queue.add(few, 'few');
    await addLetters(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 5);
    expect(new Set(batches.map(({ payloads }) => payloads.join(' ')))).toEqual(new Set(['a b c d', 'few']));
  });

  it('leaves out what has no valid payload', async () => {
    const { worker, batches } = await open();
    vhost.publish('letters', JSON.stringify({ pattern: 'few', data: '' }));
    await worker.queue.add(few, 'valid');
    await worker.sees('task.completed');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'invalid-payload' });
    expect(batches.map(({ payloads }) => payloads)).toEqual([['valid']]);
    await vhost.takeAll('letters.dlq');
  });

  it('that throws has failed in every task, and each is tried again', async () => {
    let isFirst = true;
    const { worker, batches } = await open(() => {
      if (!isFirst) return;
      isFirst = false;
      throw new Error('all of them');
    });
    await addLetters(worker, few, ['a', 'b']);
    await worker.sees('task.completed', 2);
    expect(worker.seen('task.retrying')).toHaveLength(2);
    const again = batches.slice(1).flatMap(({ context }) => context.tasks.map(({ attempt }) => attempt));
    expect(again).toEqual([2, 2]);
  });

  it('tells the tasks apart by what Promise.allSettled gives', async () => {
    const { worker } = await open((payloads) =>
      Promise.allSettled(
        payloads.map(async (text) => {
          if (text === 'bad') throw new Error('a bad letter');
          if (text === 'later') throw new RetryLater(100);
        }),
      ),
    );
    await addLetters(worker, full, ['a', 'bad', 'b', 'c']);
    await worker.sees('task.completed', 3);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({
      reason: 'attempts-exhausted',
      error: expect.stringContaining('a bad letter') as string,
    });
    await vhost.takeAll('letters.dlq');
  });

  it.each<[what: string, answer: (payloads: string[]) => unknown, shape: string]>([
    [
      'tells the ends of some other number of tasks',
      ([, ...rest]) => Promise.allSettled(rest.map(() => Promise.reject(new Error('no')))),
      'a list of 3 entries, 3 of them ends',
    ],
    ['answers with something else', (payloads) => payloads, 'a list of 4 entries, 0 of them ends'],
  ])('whose handler %s is put aside, and not run again', async (_what, answer, shape) => {
    const { worker, batches } = await open(answer);
    await addLetters(worker, few, ['a', 'b', 'c', 'd']);
    const { error, reason } = await worker.sees('task.dead-lettered', 4);
    expect(error).toContain(`The handler of a batch of 4 tasks ("few" in queue "letters") answered with ${shape}`);
    expect([reason, batches.length, worker.seen('task.completed')]).toEqual(['unrecoverable', 1, []]);
    await vhost.takeAll('letters.dlq');
  });

  it('hides no failure behind an interceptor that wraps what handlers return', async () => {
    const wrap: NestInterceptor = { intercept: (_context, next) => next.handle().pipe(map((data) => ({ data }))) };
    @Controller()
    class WrappedController {
      @UseInterceptors(wrap)
      @EventPattern<string>('full')
      full(@Payload() payloads: string[]): Promise<unknown> {
        return Promise.allSettled(payloads.map(() => Promise.reject(new Error('a bad letter'))));
      }
    }
    const worker = closing(
      await TestWorker.start({ urls: [vhost.url], tasks: [full], controllers: [WrappedController] }),
    );
    await addLetters(worker, full, ['a', 'b', 'c', 'd']);
    const { error } = await worker.sees('task.dead-lettered', 4);
    expect(error).toContain('answered with an object with data: it must return nothing, when all are done, or');
    expect(error).toContain('must let the answer pass where the context is a BatchContext');
    expect(worker.seen('task.completed')).toEqual([]);
    await vhost.takeAll('letters.dlq');
  });

  it('cannot have two handlers', async () => {
    @Controller()
    class OtherController {
      @EventPattern<string>('full')
      other(): void {}
    }
    @Controller()
    class FullController {
      @EventPattern<string>('full')
      full(): void {}
    }
    const controllers = [FullController, OtherController];
    const worker = closing(await TestWorker.create({ urls: [vhost.url], tasks: [full], controllers }));
    await expect(worker.listen()).rejects.toThrow(
      'Task "full" takes batches and has several handlers; it can have one.',
    );
  });

  it('fires its signal when the time of one of its tasks is over', async () => {
    const { worker, batches } = await open((_payloads, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await addLetters(worker, timed, ['a', 'b']);
    await worker.sees('task.dead-lettered', 2);
    expect(worker.seen('task.dead-lettered').map(({ reason }) => reason)).toEqual(['timed-out', 'timed-out']);
    expect(batches).toHaveLength(1);
    await vhost.takeAll('letters.dlq');
  });

  it('that could never be full is an error at the worker’s start', async () => {
    const narrow = defineQueue({ name: 'narrow', type: 'classic', concurrency: 3 });
    const wide = defineTask({ name: 'wide', queue: narrow, payload: z.string(), batch: { size: 4, wait: 100 } });
    const worker = closing(await TestWorker.create({ urls: [vhost.url], tasks: [wide] }));
    await expect(worker.listen()).rejects.toThrow(
      /task "wide" takes batches of up to 4, and queue "narrow" runs 3 tasks at once: set the queue's concurrency to 4/,
    );
  });
});
