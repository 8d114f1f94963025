import { BatchContext, RetryLater, defineQueue, defineTask, fixed } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'letters', type: 'classic', concurrency: 8 });
const payload = z.string().min(1);
const full = defineTask({ name: 'full', queue, payload, batch: { size: 4, wait: 60_000 } });
const few = defineTask({
  name: 'few',
  queue,
  payload,
  batch: { size: 4, wait: 100 },
  attempts: 2,
  backoff: fixed(100),
});
const timed = defineTask({ name: 'timed', queue, payload, batch: { size: 4, wait: 100 }, timeout: 400 });
const tasks = [full, few, timed];

const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

type Handler = (payloads: string[], context: BatchContext) => unknown;

interface Batch {
  readonly payloads: string[];
  readonly context: BatchContext;
}

/** A worker whose handlers note their batches and do what the test wants. */
async function start(handle: Handler = () => undefined, options: object = {}) {
  const batches: Batch[] = [];
  const note = (payloads: string[], context: BatchContext): unknown => {
    batches.push({ payloads, context });
    return handle(payloads, context);
  };
  @Controller()
  class LettersController {
    @EventPattern<string>('full')
    full(@Payload() payloads: string[], @Ctx() context: BatchContext): unknown {
      return note(payloads, context);
    }
    @EventPattern<string>('few')
    few(@Payload() payloads: string[], @Ctx() context: BatchContext): unknown {
      return note(payloads, context);
    }
    @EventPattern<string>('timed')
    timed(@Payload() payloads: string[], @Ctx() context: BatchContext): unknown {
      return note(payloads, context);
    }
  }
  const worker = await TestWorker.start({ urls: [vhost.url], tasks, controllers: [LettersController], ...options });
  return { worker: closing(worker), batches };
}

const addAll = (worker: TestWorker, task: (typeof tasks)[number], texts: string[]): Promise<unknown> =>
  worker.queue.addBulk(texts.map((text) => ({ task, payload: text })));

describe('a batch', () => {
  it('is handled in one call when it is full, each task with its own context and its own end', async () => {
    const { worker, batches } = await start();
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => payloads)).toEqual([['a', 'b', 'c', 'd']]);
    const [{ context }] = batches as [Batch];
    expect(context).toBeInstanceOf(BatchContext);
    expect([context.name, context.queue]).toEqual(['full', 'letters']);
    const added = worker.seen('task.added').map(({ id }) => id);
    expect(new Set(context.tasks.map(({ id }) => id))).toEqual(new Set(added));
  });

  it('that does not fill begins when its first task has waited long enough', async () => {
    const { worker, batches } = await start();
    await addAll(worker, few, ['a', 'b']);
    await worker.sees('task.completed', 2);
    expect(batches.map(({ payloads }) => payloads)).toEqual([['a', 'b']]);
  });

  it('holds tasks of one name only', async () => {
    const { worker, batches } = await start();
    await worker.queue.add(few, 'few');
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 5);
    expect(new Set(batches.map(({ payloads }) => payloads.join(' ')))).toEqual(new Set(['a b c d', 'few']));
  });

  it('leaves out what has no valid payload', async () => {
    const { worker, batches } = await start();
    vhost.publish('letters', JSON.stringify({ pattern: 'few', data: '' }));
    await worker.queue.add(few, 'valid');
    await worker.sees('task.completed');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'invalid-payload' });
    expect(batches.map(({ payloads }) => payloads)).toEqual([['valid']]);
    await vhost.takeAll('letters.dlq');
  });

  it('that throws has failed in every task, and each is tried again', async () => {
    let isFirst = true;
    const { worker, batches } = await start(() => {
      if (!isFirst) return;
      isFirst = false;
      throw new Error('all of them');
    });
    await addAll(worker, few, ['a', 'b']);
    await worker.sees('task.completed', 2);
    expect(worker.seen('task.retrying')).toHaveLength(2);
    const again = batches.slice(1).flatMap(({ context }) => context.tasks.map(({ attempt }) => attempt));
    expect(again).toEqual([2, 2]);
  });

  it('tells the tasks apart by what Promise.allSettled gives', async () => {
    const { worker } = await start((payloads) =>
      Promise.allSettled(
        payloads.map(async (text) => {
          if (text === 'bad') throw new Error('a bad letter');
          if (text === 'later') throw new RetryLater(100);
        }),
      ),
    );
    await addAll(worker, full, ['a', 'bad', 'b', 'c']);
    await worker.sees('task.completed', 3);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({
      reason: 'attempts-exhausted',
      error: expect.stringContaining('a bad letter') as string,
    });
    await vhost.takeAll('letters.dlq');
  });

  it('whose handler tells the ends of some other number of tasks has failed in every task', async () => {
    const { worker } = await start(([, ...rest]) =>
      Promise.allSettled(rest.map(() => Promise.reject(new Error('no')))),
    );
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    const { error } = await worker.sees('task.dead-lettered', 4);
    expect(error).toContain('The handler of a batch of 4 tasks answered with a list of 3 entries');
    await vhost.takeAll('letters.dlq');
  });

  it('may answer with anything else, and is done', async () => {
    const { worker } = await start((payloads) => payloads);
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 4);
  });

  it('lets a handler settle its tasks by hand', async () => {
    const { worker } = await start((_payloads, { tasks: [first, second] }) => {
      first.getChannelRef().ack(first.getMessage());
      second?.getChannelRef().nack(second.getMessage(), false, false);
      throw new Error('the others have failed');
    });
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.dead-lettered', 3);
    expect(worker.seen('task.dead-lettered').filter(({ reason }) => reason === 'rejected')).toHaveLength(1);
    await vhost.takeAll('letters.dlq');
    await worker.close();
    expect(await vhost.takeAll('letters')).toEqual([]);
  });

  it('runs at once when it is a suspect’s, which nobody will join', async () => {
    const { worker, batches } = await start();
    vhost.publish('letters.quarantine', JSON.stringify({ pattern: 'full', data: 'suspect' }), {
      messageId: 'suspect-1',
    });
    expect(await worker.sees('task.completed')).toMatchObject({ id: 'suspect-1' });
    expect(batches.map(({ payloads }) => payloads)).toEqual([['suspect']]);
  });

  it('goes back to its queue when the worker stops and its deadline passes', async () => {
    const { worker, batches } = await start(() => new Promise(() => undefined), { shutdownTimeout: 100 });
    await addAll(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.started', 4);
    await worker.close();
    expect(batches[0]?.context.signal.aborted).toBe(true);
    expect(worker.seen('task.requeued')).toHaveLength(4);
    expect(await vhost.takeAll('letters')).toHaveLength(4);
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
    const { worker, batches } = await start((_payloads, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await addAll(worker, timed, ['a', 'b']);
    await worker.sees('task.dead-lettered', 2);
    expect(worker.seen('task.dead-lettered').map(({ reason }) => reason)).toEqual(['timed-out', 'timed-out']);
    expect(batches).toHaveLength(1);
    await vhost.takeAll('letters.dlq');
  });

  it('does not wait for company when the worker stops', async () => {
    const { worker, batches } = await start();
    await addAll(worker, full, ['a', 'b']);
    await worker.sees('task.started', 2);
    expect(batches).toEqual([]);
    await worker.close();
    expect(worker.seen('task.completed')).toHaveLength(2);
    expect(await vhost.takeAll('letters')).toEqual([]);
  });

  it('that was lost before it began is not handled twice', async () => {
    const { worker, batches } = await start();
    await addAll(worker, full, ['a', 'b', 'c']);
    await worker.sees('task.started', 3);
    await vhost.closeConnections('warren consuming');
    await worker.sees('consumer.started', 2);
    await worker.queue.add(full, 'd');
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => new Set(payloads))).toEqual([new Set(['a', 'b', 'c', 'd'])]);
  });

  it('that could never be full is an error at the worker’s start', async () => {
    const narrow = defineQueue({ name: 'narrow', type: 'classic', concurrency: 3 });
    const wide = defineTask({ name: 'wide', queue: narrow, payload, batch: { size: 4, wait: 100 } });
    const worker = closing(await TestWorker.create({ urls: [vhost.url], tasks: [wide] }));
    await expect(worker.listen()).rejects.toThrow(
      /task "wide" takes batches of up to 4, and queue "narrow" runs 3 tasks at once: set the queue's concurrency to 4/,
    );
  });
});
