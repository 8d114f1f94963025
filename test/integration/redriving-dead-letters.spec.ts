import {
  ConfirmTimeoutError,
  DeadLetterQueues,
  QueueReadError,
  UnroutableError,
  defineQueue,
  defineTask,
} from '@app/queue';
import type { DeadLetterProgress, QueueType } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { Publisher } from '../../libs/queue/src/connection/publisher';
import { closingAfterEach } from '../support/closing';
import { letterOf, lettersOf, seed } from '../support/dead-letters';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const closing = closingAfterEach();

let vhost: Vhost;

beforeEach(async () => {
  vhost = closing(await Vhost.open());
});

@Controller()
class FailingController {
  @EventPattern<string>('resize')
  resize(): void {
    throw new Error('fails again');
  }
}

const taskIn = (type: QueueType) =>
  defineTask({ name: 'resize', queue: defineQueue({ name: 'work', type }), payload: z.string() });

/** An app that knows one queue, which is declared, and its dead-letter queues. */
async function appWith(type: QueueType): Promise<{ app: TestWorker; deadLetters: DeadLetterQueues }> {
  const task = taskIn(type);
  const options = { urls: [vhost.url], tasks: [task], controllers: [FailingController] };
  const app = closing(await TestWorker.create(options));
  await app.queue.add(task, 'declares both queues');
  await vhost.take('work');
  return { app, deadLetters: app.app.get(DeadLetterQueues) };
}

const idsIn = async (queue: string): Promise<unknown[]> =>
  (await vhost.takeAll(queue)).map(({ properties }) => properties.messageId as unknown);
const countIn = async (queue: string): Promise<number> => (await vhost.channel.checkQueue(queue)).messageCount;
const numbers = (count: number): string[] => Array.from({ length: count }, (_id, index) => String(index));

describe.each(['quorum', 'classic'] as const)('redriving from a %s dead-letter queue', (type) => {
  it('gives a task back as it was when it was added, and takes it out of the dead-letter queue', async () => {
    const { deadLetters } = await appWith(type);
    const headers = {
      'x-expires-at': 1,
      'x-crashes': 4,
      'x-retry-delay': 9,
      'x-original-expiration': '5',
      mine: 'kept',
    };
    const { body, options } = letterOf('task-1', 'work', { ...headers, 'x-redriven': 2 });
    await seed(vhost, 'work', [
      { body, options: { ...options, correlationId: 'c', appId: 'a', timestamp: 1_700_000_000 } },
    ]);

    expect(await deadLetters.redrive({ queue: 'work' })).toMatchObject({ total: 1, matched: 1, done: 1, failed: 0 });

    const task = await vhost.take('work');
    const { 'x-delivery-count': _count, ...left } = task.properties.headers ?? {};
    const redrive = { 'x-redriven': 3, 'x-redrive-run': expect.any(String), 'x-added-at': expect.any(Number) };
    expect(left).toEqual({ mine: 'kept', ...redrive });
    expect(task.properties).toMatchObject({
      messageId: 'task-1',
      type: 'resize',
      contentType: 'application/json',
      correlationId: 'c',
      appId: 'a',
      timestamp: 1_700_000_000,
      deliveryMode: 2,
    });
    expect(task.content.toString()).toBe(body);
    expect(await countIn('work.dlq')).toBe(0);
  });

  it('takes those the filter means, oldest first, and leaves the others in order', async () => {
    const { app, deadLetters } = await appWith(type);
    await seed(
      vhost,
      'work',
      numbers(1_000).map((id) =>
        letterOf(id, 'work', { 'x-dead-letter-reason': Number(id) % 10 === 0 ? 'timed-out' : 'rejected' }),
      ),
    );
    const seen: DeadLetterProgress[] = [];

    const filter = { queue: 'work', reason: 'timed-out', limit: 50 };
    const result = await deadLetters.redrive(filter, { onProgress: (progress) => seen.push(progress) });

    expect(result).toMatchObject({ total: 1_000, matched: 50, done: 50, failed: 0, cutOff: [] });
    expect(seen.map(({ deadLetter, result: { done } }) => [deadLetter.id, done])).toEqual(
      numbers(50).map((number) => [String(Number(number) * 10), Number(number) + 1]),
    );
    expect(app.seen('task.redriven').map(({ id }) => id)).toEqual(seen.map(({ deadLetter }) => deadLetter.id));
    expect(await idsIn('work')).toEqual(numbers(50).map((number) => `${number}0`.replace(/^00$/, '0')));
    expect(await idsIn('work.dlq')).toEqual(numbers(1_000).filter((id) => Number(id) % 10 !== 0 || Number(id) >= 500));
  });

  it('only tells in a dry run', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', lettersOf(3, 'work'));
    const seen: string[] = [];

    const onProgress = ({ deadLetter }: DeadLetterProgress): unknown => seen.push(deadLetter.id);
    const result = await deadLetters.redrive({ id: ['0', '2'] }, { dryRun: true, onProgress });
    expect(result).toMatchObject({ matched: 2, done: 2 });
    expect(await deadLetters.purge({ id: '1' }, { dryRun: true })).toMatchObject({ matched: 1, done: 1 });
    expect(seen).toEqual(['0', '2']);
    expect([await countIn('work'), await idsIn('work.dlq')]).toEqual([0, numbers(3)]);
  });

  it('leaves what cannot be redriven where it is, says why, and goes on', async () => {
    const { deadLetters } = await appWith(type);
    await vhost.channel.assertQueue('full', { arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' } });
    await seed(vhost, 'work', [
      letterOf('a', 'work'),
      letterOf('b', 'nobody'),
      letterOf('c', 'full'),
      letterOf('d', 'work'),
    ]);
    const errors: unknown[] = [];

    const onProgress = ({ deadLetter, error }: DeadLetterProgress): unknown =>
      errors.push([deadLetter.id, error?.name]);
    expect(await deadLetters.redrive({ queue: 'work' }, { onProgress })).toMatchObject({
      matched: 4,
      done: 2,
      failed: 2,
    });
    expect(errors).toEqual([
      ['a', undefined],
      ['b', UnroutableError.name],
      ['c', 'PublishRefusedError'],
      ['d', undefined],
    ]);
    expect(await idsIn('work')).toEqual(['a', 'd']);
    const left = await vhost.takeAll('work.dlq');
    expect(left.map(({ properties }) => properties.headers?.['x-dead-letter-queue'] as unknown)).toEqual([
      'nobody',
      'full',
    ]);
  });

  it('does not take again what fails again meanwhile', async () => {
    const { app, deadLetters } = await appWith(type);
    await app.listen();
    await seed(vhost, 'work', lettersOf(20, 'work'));

    expect(await deadLetters.redrive({ queue: 'work' })).toMatchObject({ total: 20, looked: 20, done: 20 });
    await waitFor('all to have failed again', async () => (await countIn('work.dlq')) === 20);
    const left = await vhost.takeAll('work.dlq');
    expect(left.map(({ properties }) => properties.headers?.['x-redriven'] as unknown)).toEqual(Array(20).fill(1));
    expect(left.map(({ properties }) => properties.headers?.['x-attempt'] as unknown)).toEqual(Array(20).fill(1));
  });

  it('does not take it again either when others empty the queue meanwhile', async () => {
    const { app, deadLetters } = await appWith(type);
    await app.listen();
    await seed(vhost, 'work', lettersOf(500, 'work'));
    let isEmptied = false;
    const onProgress = async (): Promise<void> => {
      if (!isEmptied) await vhost.channel.purgeQueue('work.dlq');
      isEmptied = true;
    };

    const { done, looked } = await deadLetters.redrive({ queue: 'work' }, { onProgress });
    expect(looked).toBeGreaterThan(done);
    // The first may have failed again before the others were taken away, and then went with them.
    await waitFor('the others to have failed again', async () => (await countIn('work.dlq')) >= done - 1);
    const left = await vhost.takeAll('work.dlq');
    expect(new Set(left.map(({ properties }) => properties.headers?.['x-redriven'] as unknown))).toEqual(new Set([1]));
  });

  it('ends when the broker takes nothing, and leaves the rest where it is', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', lettersOf(3, 'work'));
    const publish = jest.spyOn(Publisher.prototype, 'publish');
    publish.mockRejectedValue(new ConfirmTimeoutError('work', 5_000, 'it is blocked: low on memory'));

    await expect(deadLetters.redrive({ queue: 'work' })).rejects.toThrow(ConfirmTimeoutError);
    expect(publish).toHaveBeenCalledTimes(1);
    publish.mockRestore();
    expect(await idsIn('work.dlq')).toEqual(numbers(3));
  });

  it('says so when its connection ends in the middle, loses nothing, and has one task at most in both places', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', lettersOf(50, 'work'));
    const onProgress = async ({ result }: DeadLetterProgress): Promise<void> => {
      if (result.done === 10) await vhost.closeConnections('warren browsing');
    };

    await expect(deadLetters.redrive({ queue: 'work' }, { onProgress })).rejects.toThrow(QueueReadError);
    await waitFor('the rest to be back', async () => (await countIn('work.dlq')) >= 39);
    const redriven = await idsIn('work');
    const left = await idsIn('work.dlq');
    expect([...new Set([...redriven, ...left])]).toEqual(numbers(50));
    expect(redriven.length + left.length).toBeLessThanOrEqual(51);
  });

  it('shares a queue with other readers: nothing is lost, and nothing is redriven twice', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', lettersOf(1_200, 'work'));
    const look = async (): Promise<void> => {
      for await (const { id } of deadLetters.list()) expect(id).toMatch(/^\d+$/);
    };

    const [first, second] = await Promise.all([
      deadLetters.redrive({ queue: 'work', name: 'resize', limit: 300 }),
      deadLetters.redrive({ queue: 'work' }),
      look(),
      look(),
    ]);

    const redriven = await idsIn('work');
    const left = await idsIn('work.dlq');
    expect(redriven).toHaveLength(first.done + second.done);
    expect([...redriven, ...left].map(Number).toSorted((a, b) => a - b)).toEqual(numbers(1_200).map(Number));
  });

  it('ends between two when it is asked to', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', lettersOf(10, 'work'));
    const controller = new AbortController();
    const onProgress = ({ result }: DeadLetterProgress): void => {
      if (result.done === 4) controller.abort();
    };

    const result = await deadLetters.redrive({ queue: 'work' }, { onProgress, signal: controller.signal });
    expect(result).toMatchObject({ done: 4, failed: 0 });
    expect([await idsIn('work'), await idsIn('work.dlq')]).toEqual([numbers(10).slice(0, 4), numbers(10).slice(4)]);
  });

  it('gives what strangers wrote to the queue of that dead-letter queue, untouched', async () => {
    const { deadLetters } = await appWith(type);
    await seed(vhost, 'work', [{ body: '\u0000\u001bnot ours', options: { headers: { theirs: 1 } } }]);

    expect(await deadLetters.redrive({ queue: 'work' })).toMatchObject({ done: 1 });
    const { content, properties } = await vhost.take('work');
    expect([content.toString(), properties.headers]).toMatchObject(['\u0000\u001bnot ours', { theirs: 1 }]);
  });
});

describe.each(['quorum', 'classic'] as const)('purging a %s dead-letter queue', (type) => {
  it('throws away what the filter means, for good, and nothing else', async () => {
    const { app, deadLetters } = await appWith(type);
    await seed(vhost, 'work', [
      ...lettersOf(900, 'work'),
      letterOf('b', 'work', { 'x-dead-letter-reason': 'expired' }),
    ]);

    expect(await deadLetters.purge({ reason: 'expired' }, { by: 'anna' })).toMatchObject({
      total: 901,
      matched: 1,
      done: 1,
    });
    expect(app.seen('task.purged')).toEqual([
      { event: 'task.purged', id: 'b', name: 'resize', queue: 'work', reason: 'expired', by: 'anna' },
    ]);
    expect(await deadLetters.purge({ limit: 100 })).toMatchObject({ done: 100 });
    expect([await countIn('work'), await idsIn('work.dlq')]).toEqual([0, numbers(900).slice(100)]);
  });
});

it('a task that the broker itself gave up on is listed with the broker’s reason, and redriven like any other', async () => {
  const { deadLetters } = await appWith('quorum');
  vhost.publish('work', 'poison', { messageId: 'task-1', headers: { mine: 'kept' } });
  await waitFor('the broker to give up', async () => {
    const message = await vhost.channel.get('work');
    if (message !== false) vhost.channel.reject(message, true);
    return (await countIn('work.dlq')) === 1;
  });

  const list = deadLetters.list();
  const { value: deadLetter } = await list.next();
  await list.return({ total: 0, looked: 0, matched: 0, cutOff: [] });
  expect(deadLetter).toMatchObject({ id: 'task-1', reason: 'broker:delivery_limit', originalQueue: 'work' });
  expect(deadLetter).toHaveProperty('time', expect.any(Number));
  expect(await deadLetters.redrive({ reason: 'broker:delivery_limit' })).toMatchObject({ done: 1 });
  const { content, properties } = await vhost.take('work');
  expect(content.toString()).toBe('poison');
  expect(
    Object.keys(properties.headers ?? {})
      .filter((name) => name !== 'x-delivery-count')
      .toSorted(),
  ).toEqual(['mine', 'x-added-at', 'x-redrive-run', 'x-redriven']);
});
