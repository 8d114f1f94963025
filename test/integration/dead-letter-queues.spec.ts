import {
  DeadLetterQueues,
  NotConnectedError,
  QueueReadError,
  TopologyError,
  defineQueue,
  defineTask,
} from '@app/queue';
import type { DeadLetter, DeadLetterFilter, QueueType, ReadingCounts } from '@app/queue';
import { z } from 'zod';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { letterOf, lettersOf, seed } from '../support/dead-letters';
import { freePort } from '../support/free-port';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const closing = closingAfterEach();

let vhost: Vhost;

beforeEach(async () => {
  vhost = closing(await Vhost.open());
});

/** An app that knows one queue, which is declared, and its dead-letter queues. */
async function appWith(type: QueueType): Promise<DeadLetterQueues> {
  const task = defineTask({ name: 'resize', queue: defineQueue({ name: 'work', type }), payload: z.string() });
  const app = closing(await TestWorker.create({ urls: [vhost.url], tasks: [task] }));
  await app.queue.add(task, 'declares both queues');
  await vhost.take('work');
  return app.app.get(DeadLetterQueues);
}

async function listed(deadLetters: DeadLetterQueues, filter?: DeadLetterFilter): Promise<DeadLetter[]> {
  return (await listedAndCounted(deadLetters, filter)).found;
}

async function listedAndCounted(
  deadLetters: DeadLetterQueues,
  filter?: DeadLetterFilter,
): Promise<{ found: DeadLetter[]; counts: ReadingCounts }> {
  const found: DeadLetter[] = [];
  const list = deadLetters.list(filter);
  for (;;) {
    const step = await list.next();
    if (step.done === true) return { found, counts: step.value };
    found.push(step.value);
  }
}

async function restOf(list: AsyncIterable<DeadLetter>): Promise<DeadLetter[]> {
  const rest: DeadLetter[] = [];
  for await (const deadLetter of list) rest.push(deadLetter);
  return rest;
}

const idsOf = (letters: readonly DeadLetter[]): string[] => letters.map(({ id }) => id);
const numbers = (count: number): string[] => Array.from({ length: count }, (_id, index) => String(index));
const idsIn = async (queue: string): Promise<unknown[]> =>
  (await vhost.takeAll(queue)).map(({ properties }) => properties.messageId as unknown);

describe.each(['quorum', 'classic'] as const)('looking into a %s dead-letter queue', (type) => {
  it('tells what is known of each dead letter', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', [letterOf('task-1', 'work', { 'x-first-failure-time': 1, 'x-last-failure-time': 2 })]);

    expect(await listed(deadLetters)).toEqual([
      {
        id: 'task-1',
        deadLetterId: 'dead-task-1',
        queue: 'work',
        originalQueue: 'work',
        reason: 'attempts-exhausted',
        name: 'resize',
        attempt: 3,
        error: { name: 'TypeError', message: 'the handler threw' },
        time: 1_700_000_000_000,
        firstFailureTime: 1,
        lastFailureTime: 2,
        worker: 'host:1',
        timesRedriven: 0,
        bytes: 36,
      },
    ]);
  });

  it('gives all of them in order, and leaves them in order, each with one count more at most', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', lettersOf(1_500, 'work'));

    const { found, counts } = await listedAndCounted(deadLetters);
    expect(idsOf(found)).toEqual(numbers(1_500));
    expect(counts).toEqual({ total: 1_500, looked: 1_500, matched: 1_500, cutOff: [] });

    const left = await vhost.takeAll('work.dlq');
    expect(left.map(({ properties }) => properties.messageId as unknown)).toEqual(numbers(1_500));
    const returns = left.map(({ properties }) => Number(properties.headers?.['x-delivery-count'] ?? 0));
    expect(Math.max(...returns)).toBeLessThanOrEqual(1);
  });

  it('takes no more than it has to, and gives back what it took when the loop is left', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', lettersOf(900, 'work'));

    for await (const { id } of deadLetters.list()) if (id === '450') break;
    const { found, counts } = await listedAndCounted(deadLetters, { limit: 2 });
    expect(idsOf(found)).toEqual(['0', '1']);
    expect(counts).toEqual({ total: 900, looked: 2, matched: 2, cutOff: [] });
    expect(await idsIn('work.dlq')).toEqual(numbers(900));
  });

  it('loses nothing, nor the order, when its connection ends in the middle, and says so', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', lettersOf(1_000, 'work'));
    const list = deadLetters.list();
    await list.next();
    await vhost.closeConnections('warren browsing');

    await expect(restOf(list)).rejects.toThrow(QueueReadError);
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 1_000 });
    expect(await idsIn('work.dlq')).toEqual(numbers(1_000));
  });

  it('keeps to the filter', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', [
      letterOf('a', 'work'),
      letterOf('b', 'work', { 'x-dead-letter-reason': 'timed-out' }),
      letterOf('c', 'work', { 'x-dead-letter-time': 1_700_000_000_001 }),
      { body: 'x', options: { messageId: 'd', type: 'other' } },
    ]);

    expect(idsOf(await listed(deadLetters, { reason: 'timed-out' }))).toEqual(['b']);
    expect(idsOf(await listed(deadLetters, { reason: ['timed-out', 'foreign'] }))).toEqual(['b', 'd']);
    expect(idsOf(await listed(deadLetters, { name: 'other' }))).toEqual(['d']);
    expect(idsOf(await listed(deadLetters, { since: 1_700_000_000_001 }))).toEqual(['c']);
    expect(idsOf(await listed(deadLetters, { id: ['a', 'dead-c', 'nobody'] }))).toEqual(['a', 'c']);
    expect(idsOf(await listed(deadLetters, { name: 'resize', limit: 2 }))).toEqual(['a', 'b']);
    expect(await idsIn('work.dlq')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('shows one with its whole message', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', [letterOf('a', 'work'), letterOf('b', 'work')]);

    const [shown, ...others] = await deadLetters.show('b');
    expect(others).toEqual([]);
    expect(shown).toMatchObject({
      id: 'b',
      stack: 'TypeError: the handler threw\n    at resize',
      properties: { messageId: 'b', type: 'resize', contentType: 'application/json', deliveryMode: 2 },
      headers: { 'x-dead-letter-reason': 'attempts-exhausted' },
    });
    expect(shown?.content.toString()).toBe('{"pattern":"resize","data":"b"}');
    expect(await idsIn('work.dlq')).toEqual(['a', 'b']);
  });

  it('stays alive, and loses nothing, when strangers write what is no dead letter', async () => {
    const deadLetters = await appWith(type);
    const oddHeaders = { 'x-dead-letter-reason': 7, 'x-dead-letter-queue': ['no', 'queue'], 'x-death': 'none' };
    await seed(vhost, 'work', [
      { body: 'just text' },
      { body: 'odd', options: { headers: { ...oddHeaders, 'x-attempt': 'first', 'x-error-message': { a: 1 } } } },
      { body: '{"pattern":"by its body","data":1}', options: { headers: { 'x-dead-letter-queue': 'another.dlq' } } },
    ]);

    const found = await listed(deadLetters);
    expect(found.map(({ reason, name, originalQueue, attempt }) => ({ reason, name, originalQueue, attempt }))).toEqual(
      [
        { reason: 'foreign', name: undefined, originalQueue: 'work', attempt: 1 },
        { reason: 'foreign', name: undefined, originalQueue: 'work', attempt: 1 },
        { reason: 'foreign', name: 'by its body', originalQueue: 'work', attempt: 1 },
      ],
    );
    expect(idsOf(found)[0]).toMatch(/^sha256-[\da-f]{16}$/);
    expect(idsOf(await listed(deadLetters, { id: idsOf(found)[1] ?? '' }))).toEqual([idsOf(found)[1]]);
    expect((await vhost.takeAll('work.dlq')).map(({ content }) => content.toString())).toEqual([
      'just text',
      'odd',
      '{"pattern":"by its body","data":1}',
    ]);
  });

  it('has a bound, and says so when it is reached', async () => {
    const deadLetters = await appWith(type);
    await seed(vhost, 'work', lettersOf(10_400, 'work'));

    const { found, counts } = await listedAndCounted(deadLetters);
    expect(counts).toEqual({ total: 10_400, looked: 10_000, matched: 10_000, cutOff: ['work'] });
    expect(idsOf(found)).toEqual(numbers(10_000));
    expect(await idsIn('work.dlq')).toEqual(numbers(10_400));
  });
});

it('looking and purging need the right to read the dead-letter queue, and RabbitMQ 4.3’s right to ask for it', async () => {
  await appWith('quorum');
  await seed(vhost, 'work', lettersOf(3, 'work'));
  const user = await BrokerUser.create(vhost.url);
  closing({ close: () => user.remove() });
  await user.allow({ configure: '^work\\.dlq$', write: '^$', read: '^work\\.dlq$' });
  const task = defineTask({ name: 'resize', queue: 'work', payload: z.string() });
  const app = closing(await TestWorker.create({ urls: [user.url], tasks: [task] }));
  const deadLetters = app.app.get(DeadLetterQueues);

  expect(idsOf(await listed(deadLetters))).toEqual(['0', '1', '2']);
  expect(await deadLetters.purge({ id: '1' })).toMatchObject({ done: 1 });
  expect(await deadLetters.redrive({ queue: 'work' })).toMatchObject({ done: 0, failed: 2 });
  expect(await idsIn('work.dlq')).toEqual(['0', '2']);
});

describe('dead-letter queues that cannot be looked into', () => {
  it('are empty when they are defined and nobody has declared them yet', async () => {
    const task = defineTask({ name: 'resize', queue: 'later', payload: z.string() });
    const app = closing(await TestWorker.create({ urls: [vhost.url], tasks: [task] }));
    expect(await listed(app.app.get(DeadLetterQueues))).toEqual([]);
  });

  it('are an error when nobody has defined them and they are not there', async () => {
    const deadLetters = await appWith('classic');
    const error: unknown = await listed(deadLetters, { queue: 'nobody' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TopologyError);
    expect(error).toMatchObject({ queue: 'nobody.dlq', code: 404 });
  });

  it('are an error without a broker', async () => {
    const urls = [`amqp://127.0.0.1:${await freePort()}`];
    const app = closing(await TestWorker.create({ urls, tasks: [], publishTimeout: 300 }));
    await expect(listed(app.app.get(DeadLetterQueues), { queue: 'work' })).rejects.toThrow(NotConnectedError);
  });

  it('end with their app', async () => {
    const deadLetters = await appWith('classic');
    await seed(vhost, 'work', lettersOf(1_000, 'work'));
    const list = deadLetters.list();
    await list.next();
    await deadLetters.close();
    await expect(restOf(list)).rejects.toThrow(QueueReadError);
    await waitFor('all to be back', async () => (await vhost.channel.checkQueue('work.dlq')).messageCount === 1_000);
  });
});

describe('purging several queues, one of which is not there', () => {
  it('is refused before anything is thrown away', async () => {
    const deadLetters = await appWith('quorum');
    await seed(vhost, 'work', lettersOf(2, 'work'));
    await expect(deadLetters.purge({ queue: ['work', 'nope'] })).rejects.toThrow(TopologyError);
    expect(idsOf(await listed(deadLetters, { queue: 'work' }))).toEqual(numbers(2));
  });
});
