import { RetryLater, UnrecoverableError, defineQueue, defineTask, exceptOn, exponential, fixed } from '@app/queue';
import type { QueueType, TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

class CardDeclined extends Error {}

/** What one run was told, and when it began. */
interface Run {
  readonly name: string;
  readonly attempt: number;
  readonly attempts: number;
  readonly isLast: boolean;
  readonly at: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly id: string | undefined;
}

const closing = closingAfterEach();

describe.each<QueueType>(['quorum', 'classic'])('a task that fails in a %s queue', (type) => {
  const queue = defineQueue({ name: 'work', type, attempts: 2, backoff: fixed(100) });
  const payload = z.unknown();
  const failsTwice = defineTask({
    name: 'fails-twice',
    queue,
    payload,
    attempts: 3,
    backoff: exponential({ initial: 100, max: 1_000 }),
  });
  const alwaysFails = defineTask({ name: 'always-fails', queue, payload });
  const slowRetry = defineTask({ name: 'slow-retry', queue, payload, backoff: fixed(3_000) });
  const hopeless = defineTask({ name: 'hopeless', queue, payload });
  const declined = defineTask({ name: 'declined', queue, payload, attempts: 5, retryIf: exceptOn(CardDeclined) });
  const later = defineTask({ name: 'later', queue, payload });
  const soonOver = defineTask({
    name: 'soon-over',
    queue,
    payload,
    attempts: 1_000,
    backoff: { delay: ({ failed }) => (failed < 3 ? 100 : 60_000) },
    expiresAfter: 30_000,
  });
  const tasks = [failsTwice, alwaysFails, slowRetry, hopeless, declined, later, soonOver];

  let vhost: Vhost;
  beforeAll(async () => {
    vhost = await Vhost.open();
  });
  afterAll(() => vhost.close());

  async function start(): Promise<{ worker: TestWorker; runs: Run[] }> {
    const runs: Run[] = [];
    const note = (context: TaskContext): number => {
      const { name, attempt, attempts, isLastAttempt: isLast, headers, id } = context;
      runs.push({ name, attempt, attempts, isLast, headers, id, at: Date.now() });
      return attempt;
    };
    @Controller()
    class FailingController {
      @EventPattern<string>('fails-twice')
      failsTwice(@Ctx() context: TaskContext): void {
        if (note(context) < 3) throw new TypeError(`attempt ${context.attempt} failed`);
      }
      @EventPattern<string>('always-fails')
      alwaysFails(@Ctx() context: TaskContext): void {
        throw new Error(`attempt ${note(context)} failed`);
      }
      @EventPattern<string>('slow-retry')
      slowRetry(@Ctx() context: TaskContext): void {
        throw new Error(`attempt ${note(context)} failed`);
      }
      @EventPattern<string>('hopeless')
      hopeless(@Ctx() context: TaskContext): void {
        note(context);
        throw new UnrecoverableError('there is no such customer');
      }
      @EventPattern<string>('declined')
      declined(@Ctx() context: TaskContext): void {
        note(context);
        throw new CardDeclined('no money');
      }
      @EventPattern<string>('later')
      later(@Ctx() context: TaskContext): void {
        note(context);
        if (runs.length < 5) throw new RetryLater(100, { counted: false });
      }
      @EventPattern<string>('soon-over')
      soonOver(@Ctx() context: TaskContext): void {
        note(context);
        throw new Error('not yet');
      }
      @EventPattern<string>('of-nobody')
      ofNobody(@Ctx() context: TaskContext): void {
        if (note(context) < 2) throw new Error('the queue says: once more');
      }
      @MessagePattern<string>('asked')
      asked(@Ctx() context: TaskContext): void {
        note(context);
        throw new Error('I do not know');
      }
    }
    const worker = closing(await TestWorker.start({ urls: [vhost.url], tasks, controllers: [FailingController] }));
    return { worker, runs };
  }

  it('runs again after its backoff, with the same id, and knows which attempt it is', async () => {
    const { worker, runs } = await start();
    const { id } = await worker.queue.add(failsTwice, 'x', { headers: { tenant: 'a' } });
    await worker.sees('task.completed');
    expect(runs.map(({ attempt, attempts, isLast }) => ({ attempt, attempts, isLast }))).toEqual([
      { attempt: 1, attempts: 3, isLast: false },
      { attempt: 2, attempts: 3, isLast: false },
      { attempt: 3, attempts: 3, isLast: true },
    ]);
    expect(new Set(runs.map((run) => run.id))).toEqual(new Set([id]));
    expect(
      worker.seen('task.retrying').map(({ delay, nextAttempt, error }) => ({ delay, nextAttempt, error })),
    ).toEqual([
      { delay: 100, nextAttempt: 2, error: 'TypeError: attempt 1 failed' },
      { delay: 200, nextAttempt: 3, error: 'TypeError: attempt 2 failed' },
    ]);
    const [first = 0, second = 0, third = 0] = runs.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(100);
    expect(third - second).toBeGreaterThanOrEqual(200);
    expect(runs[2]?.headers).toMatchObject({
      tenant: 'a',
      'x-attempt': 3,
      'x-retry-delay': 200,
      'x-error-name': 'TypeError',
      'x-error-message': 'attempt 2 failed',
    });
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('is put aside with its last error and both times when no attempt is left', async () => {
    const { worker, runs } = await start();
    await worker.queue.add(alwaysFails, 'x');
    await worker.sees('task.dead-lettered');
    const { properties } = await vhost.take('work.dlq');
    expect(properties.headers).toMatchObject({
      'x-dead-letter-reason': 'attempts-exhausted',
      'x-attempt': 2,
      'x-error-message': 'attempt 2 failed',
    });
    const { 'x-first-failure-time': firstFailure, 'x-last-failure-time': lastFailure } = properties.headers ?? {};
    expect(Number(lastFailure) - Number(firstFailure)).toBeGreaterThanOrEqual(100);
    expect(runs).toHaveLength(2);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it.each([
    [hopeless, 'UnrecoverableError'],
    [declined, 'CardDeclined'],
  ])('is put aside at once when trying again cannot help (%#)', async (task, errorName) => {
    const { worker, runs } = await start();
    await worker.queue.add(task, 'x');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'unrecoverable' });
    expect(runs).toHaveLength(1);
    expect((await vhost.take('work.dlq')).properties.headers).toMatchObject({ 'x-error-name': errorName });
  });

  it('may ask to be run later, as often as it likes', async () => {
    const { worker, runs } = await start();
    await worker.queue.add(later, 'x');
    await worker.sees('task.completed');
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is put aside as expired when its next run would begin too late', async () => {
    const { worker, runs } = await start();
    await worker.queue.add(soonOver, 'x');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'expired' });
    expect(runs).toHaveLength(3); // of a thousand; the fourth would begin after a minute
    const { headers } = (await vhost.take('work.dlq')).properties;
    expect(headers?.['x-last-failure-time']).toBe(headers?.['x-dead-letter-time']);
  });

  it('is tried again as its queue says, when nobody defined it, and gets an id', async () => {
    const { worker, runs } = await start();
    vhost.publish('work', '{"pattern":"of-nobody","data":1}');
    await worker.sees('task.completed');
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(runs[0]?.id).toBeUndefined();
    expect(runs[1]?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers who asked, and is not tried again for nobody', async () => {
    const { worker, runs } = await start();
    const { queue: answers } = await vhost.channel.assertQueue('', { exclusive: true });
    vhost.publish('work', '{"pattern":"asked","data":1,"id":"r-1"}', { replyTo: answers });
    const answer = JSON.parse((await vhost.take(answers)).content.toString()) as { err: { message: string } };
    expect(answer.err.message).toBe('I do not know');
    expect(runs).toMatchObject([{ attempts: 1, isLast: true }]);
    expect(worker.seen('task.retrying')).toEqual([]);
  });

  it('holds no slot and no memory of the worker while it waits, and survives every process', async () => {
    const { worker, runs } = await start();
    await worker.queue.addBulk([
      { task: slowRetry, payload: 'x', options: { id: 'slow' } },
      { task: hopeless, payload: 'in the same slot' },
    ]);
    await worker.sees('task.dead-lettered');
    await worker.close();
    expect(worker.seen('task.retrying')).toMatchObject([{ id: 'slow' }]);
    expect(runs.map(({ name }) => name)).toEqual(['slow-retry', 'hopeless']);
    await vhost.take('work.dlq');
    const second = await start();
    await second.worker.sees('task.dead-lettered');
    expect(second.runs).toMatchObject([{ id: 'slow', attempt: 2 }]);
    await vhost.take('work.dlq');
  });

  it('waits for its next attempt when the delay levels cannot be reached, and is never in neither', async () => {
    const { worker } = await start();
    await worker.queue.add(later, 'warm-up');
    await worker.sees('task.completed');
    for (let level = 0; level < 28; level += 1) {
      await vhost.channel.deleteExchange(`delay.${String(level).padStart(2, '0')}`);
    }
    await worker.queue.add(failsTwice, 'x');
    await worker.sees('task.completed', 2); // they are declared again
    await waitFor('an empty queue', async () => (await vhost.counts('work')).ready === 0);
  });
});
