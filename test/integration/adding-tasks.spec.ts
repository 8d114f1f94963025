import {
  ConfirmTimeoutError,
  InvalidAddOptionsError,
  InvalidPayloadError,
  MessageTooLargeError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  UnconfirmedError,
  TopologyError,
  UnroutableError,
  defineQueue,
  defineTask,
} from '@app/queue';
import type { QueueType, TaskToAdd } from '@app/queue';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const queue = defineQueue({ name: 'images', type: 'classic' });
const resize = defineTask({ name: 'image.resize', queue, payload: z.object({ width: z.int().min(1) }) });
/** Takes anything, so that a test can make a message of any size. */
const store = defineTask({ name: 'store', queue, payload: z.unknown() });

const open = closingAfterEach();
let vhost: Vhost;
let producer: TestWorker;

beforeAll(async () => {
  vhost = await Vhost.open();
  producer = await TestWorker.create({ urls: [vhost.url], tasks: [resize, store], maxMessageBytes: 10_000 });
});

afterAll(async () => {
  await producer.close();
  await vhost.close();
});

beforeEach(async () => {
  await vhost.channel.assertQueue('images', { durable: true });
  await vhost.channel.purgeQueue('images');
});

const messagesIn = async (name: string): Promise<number> => (await vhost.channel.checkQueue(name)).messageCount;
const payloads = async (name: string): Promise<unknown[]> =>
  (await vhost.takeAll(name)).map(({ content }) => (JSON.parse(content.toString()) as { data: unknown }).data);

/** A producer of its own, for a test that needs other settings or another way to the broker. */
async function producerAt(url: string, settings: Partial<Parameters<typeof TestWorker.create>[0]> = {}) {
  return open(await TestWorker.create({ urls: [url], tasks: [resize, store], ...settings }));
}

describe('a task on the wire', () => {
  it('is a persistent message that every AMQP client can read', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const added = await producer.queue.add(resize, { width: 320 });

    const message = await vhost.take('images');
    expect(added).toEqual({ id: expect.stringMatching(UUID_V7), queue: 'images' });
    expect(message.content.toString()).toBe('{"pattern":"image.resize","data":{"width":320}}');
    expect(message.properties).toMatchObject({
      messageId: added.id,
      type: 'image.resize',
      contentType: 'application/json',
      deliveryMode: 2,
      timestamp: expect.any(Number),
    });
    expect(message.properties.timestamp).toBeGreaterThanOrEqual(before);
    expect(message.properties.timestamp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1_000));
    expect(message.properties.headers).toEqual({});
    expect(message.fields).toMatchObject({ exchange: '', routingKey: 'images', redelivered: false });
  });

  it('has the id and the headers it was given', async () => {
    const headers = { tenant: 'a – ä', weight: 1.5, count: 2 ** 40, urgent: false };
    expect(await producer.queue.add(resize, { width: 1 }, { id: 'order-7', headers })).toEqual({
      id: 'order-7',
      queue: 'images',
    });
    const { properties } = await vhost.take('images');
    expect(properties.messageId).toBe('order-7');
    // A cancel of an earlier task with this id is not meant for it.
    expect(properties.headers).toEqual({ ...headers, 'x-added-at': expect.any(Number) });
  });

  it('is stored when add resolves', async () => {
    for (let count = 1; count <= 50; count += 1) {
      await producer.queue.add(resize, { width: count });
      expect(await messagesIn('images')).toBe(count);
    }
  });

  it('keeps the order of adds that were not waited for', async () => {
    const widths = Array.from({ length: 3_000 }, (_, index) => index + 1);
    await Promise.all(widths.map((width) => producer.queue.add(resize, { width })));
    expect(await payloads('images')).toEqual(widths.map((width) => ({ width })));
  });

  it.each<QueueType>(['classic', 'quorum'])('waits in a %s queue with a dead-letter queue beside it', async (type) => {
    const task = defineTask({ name: 'typed', queue: `typed-${type}`, payload: z.unknown() });
    const typed = await producerAt(vhost.url, { tasks: [task], queueType: type });
    await typed.queue.add(task, 1);
    expect([await messagesIn(`typed-${type}`), await messagesIn(`typed-${type}.dlq`)]).toEqual([1, 0]);
  });
});

describe('a task that is refused before it is sent', () => {
  it('has a payload that its schema does not take', async () => {
    const adding = producer.queue.add(resize, { width: 0 });
    await expect(adding).rejects.toThrow(InvalidPayloadError);
    await expect(adding).rejects.toMatchObject({ problems: [{ path: 'width' }] });
    expect(await messagesIn('images')).toBe(0);
  });

  it('has a payload that cannot be written', async () => {
    await expect(producer.queue.add(store, { size: 1n })).rejects.toThrow(InvalidPayloadError);
  });

  it('has options that cannot be used', async () => {
    const adding = producer.queue.add(resize, { width: 1 }, { id: '', headers: { 'x-death': 'a', big: Infinity } });
    await expect(adding).rejects.toThrow(InvalidAddOptionsError);
    await expect(adding).rejects.toMatchObject({
      problems: [{ path: 'id' }, { path: 'headers.x-death' }, { path: 'headers.big' }],
    });
    expect(await messagesIn('images')).toBe(0);
  });

  it('is larger than a message may be; one byte less is taken', async () => {
    const overhead = '{"pattern":"store","data":""}'.length;
    await expect(producer.queue.add(store, 'x'.repeat(10_001 - overhead))).rejects.toMatchObject({
      constructor: MessageTooLargeError,
      bytes: 10_001,
      limit: 10_000,
    });
    await producer.queue.add(store, 'x'.repeat(10_000 - overhead));
    expect(await messagesIn('images')).toBe(1);
  });

  it('has the largest headers that are allowed, and those are taken', async () => {
    const value = 'x'.repeat(31_990);
    await producer.queue.add(resize, { width: 1 }, { headers: { v: value } });
    expect((await vhost.take('images')).properties.headers).toEqual({ v: value });
  });
});

describe('a task that the broker does not store', () => {
  it('finds no queue: the next add declares it again', async () => {
    await producer.queue.add(resize, { width: 1 });
    await vhost.channel.deleteQueue('images');

    const adding = producer.queue.add(resize, { width: 2 });
    await expect(adding).rejects.toThrow(UnroutableError);
    await expect(adding).rejects.toMatchObject({ queue: 'images' });

    await producer.queue.add(resize, { width: 3 });
    expect(await payloads('images')).toEqual([{ width: 3 }]);
  });

  it('does not say that nothing was stored when the confirm was lost and the next send is refused', async () => {
    await vhost.setPolicy('^narrow$', { 'max-length': 1, overflow: 'reject-publish' });
    const proxy = open(await AmqpProxy.open(vhost.url));
    const task = defineTask({ name: 'narrow', queue: 'narrow', payload: z.number() });
    const narrow = await producerAt(proxy.url, { tasks: [task], queueType: 'classic' });
    await narrow.queue.add(task, 1);
    await vhost.take('narrow');
    proxy.cutAt('basic.publish', 'after');
    expect(await narrow.queue.add(task, 2, { id: 'stored-once' }).catch(refusal)).toMatchObject({
      constructor: UnconfirmedError,
      queue: 'narrow',
    });
    expect((await vhost.take('narrow')).properties.messageId).toBe('stored-once');
  });

  it.each<QueueType>(['classic', 'quorum'])('finds its %s queue full, until a task has been taken', async (type) => {
    await vhost.setPolicy(`^full-${type}$`, { 'max-length': 2, overflow: 'reject-publish' });
    const task = defineTask({ name: 'full', queue: `full-${type}`, payload: z.number() });
    const full = await producerAt(vhost.url, { tasks: [task], queueType: type });

    const results = [];
    for (let index = 0; index < 6; index += 1)
      results.push(await full.queue.add(task, index).then(() => 'stored', refusal));
    expect(results.at(-1)).toMatchObject({ constructor: PublishRefusedError, queue: `full-${type}` });
    const stored = results.flatMap((result, index) => (result === 'stored' ? [index] : []));
    expect(await payloads(`full-${type}`)).toEqual(stored);

    await full.queue.add(task, 7);
    expect(await messagesIn(`full-${type}`)).toBe(1);
  });

  it('meets a queue with other arguments, and is told the difference', async () => {
    await vhost.channel.deleteQueue('images');
    await vhost.channel.assertQueue('images', { durable: true, messageTtl: 60_000 });
    const other = await producerAt(vhost.url);
    const adding = other.queue.add(resize, { width: 1 });
    await expect(adding).rejects.toThrow(TopologyError);
    await expect(adding).rejects.toThrow('exists with x-message-ttl = 60000, and this app declares none');

    await vhost.channel.deleteQueue('images');
    await other.queue.add(resize, { width: 2 });
    expect(await payloads('images')).toEqual([{ width: 2 }]);
  });

  it('is added by a user who may declare and not write', async () => {
    const user = await BrokerUser.create(vhost.url);
    await user.allow({ configure: '.*', write: '^$', read: '.*' });
    const reader = await producerAt(user.url);
    const results = await Promise.all(
      [1, 2, 3].map((width) => reader.queue.add(resize, { width }).then(() => 'stored', refusal)),
    );
    expect(results).toEqual(Array(3).fill(expect.any(PublishRefusedError)));
    expect(results[0]).toMatchObject({ message: expect.stringContaining("access to exchange 'amq.default'") });

    await user.allow({ configure: '.*', write: '.*', read: '.*' });
    await reader.queue.add(resize, { width: 4 });
    await user.remove();
    expect(await payloads('images')).toEqual([{ width: 4 }]);
  });
});

describe('a broker that cannot be reached', () => {
  let proxy: AmqpProxy;
  let away: TestWorker;

  const start = async (settings: Parameters<typeof producerAt>[1] = {}): Promise<void> => {
    proxy = open(await AmqpProxy.reserve(vhost.url));
    away = await producerAt(proxy.url, { reconnectDelay: 50, ...settings });
  };

  it('fails an add at its deadline, with the reason and without the password', async () => {
    await start({ publishTimeout: 300 });
    await away.sees('connection.failed');
    const startedAt = performance.now();
    const adding = away.queue.add(resize, { width: 1 });
    await expect(adding).rejects.toThrow(NotConnectedError);
    await expect(adding).rejects.toThrow('ECONNREFUSED');
    await expect(adding).rejects.not.toThrow('guest');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
    expect(away.readiness()).toMatchObject({ isReady: false, problems: [expect.stringContaining('ECONNREFUSED')] });
  });

  it('fails an add sooner when its own timeout is shorter', async () => {
    await start({ publishTimeout: 60_000 });
    await expect(away.queue.add(resize, { width: 1 }, { timeout: 1 })).rejects.toThrow(NotConnectedError);
  });

  it('has what was added meanwhile when it comes back: in order, once each', async () => {
    await start();
    const widths = Array.from({ length: 5_000 }, (_, index) => index + 1);
    const adding = widths.map((width) => away.queue.add(resize, { width }));
    await away.sees('connection.failed');
    expect(await messagesIn('images')).toBe(0);

    await proxy.listen();
    await Promise.all(adding);
    expect(await payloads('images')).toEqual(widths.map((width) => ({ width })));
    expect(away.readiness()).toEqual({ isReady: true, problems: [] });
  });

  it('is not sent what has failed meanwhile', async () => {
    await start();
    const late = away.queue.add(resize, { width: 1 }, { timeout: 50 });
    const patient = away.queue.add(resize, { width: 2 });
    await expect(late).rejects.toThrow(NotConnectedError);
    await proxy.listen();
    await patient;
    expect(await payloads('images')).toEqual([{ width: 2 }]);
  });

  it('costs a bounded number of messages in memory; one more is refused at once', async () => {
    await start({ publishBufferMessages: 3 });
    const kept = [1, 2, 3].map((width) => away.queue.add(resize, { width }));
    await expect(away.queue.add(resize, { width: 4 })).rejects.toThrow(PublishBufferFullError);

    await proxy.listen();
    await Promise.all(kept);
    await away.queue.add(resize, { width: 5 });
    expect(await payloads('images')).toEqual([1, 2, 3, 5].map((width) => ({ width })));
  });

  it('costs a bounded number of bytes in memory; a first message may be larger by itself', async () => {
    await start({ publishBufferBytes: 1_024 });
    const large = away.queue.add(store, 'x'.repeat(2_000));
    await expect(away.queue.add(store, 'y')).rejects.toThrow(PublishBufferFullError);

    await proxy.listen();
    await large;
    const [first, second] = [away.queue.add(store, 'a'.repeat(500)), away.queue.add(store, 'b'.repeat(400))];
    await Promise.all([first, second]);
    expect(await messagesIn('images')).toBe(3);
  });

  it('takes no more memory when thousands come', async () => {
    await start({ publishBufferMessages: 100, publishTimeout: 1_000 });
    const adding = Array.from({ length: 20_000 }, () => away.queue.add(store, 'x'.repeat(1_000)));
    const errors = (await Promise.allSettled(adding)).map((result) => result.status === 'rejected' && result.reason);
    expect(errors.filter((error) => error instanceof NotConnectedError)).toHaveLength(100);
    expect(errors.filter((error) => error instanceof PublishBufferFullError)).toHaveLength(19_900);
  });
});

describe('a broker that falls silent', () => {
  it('leaves open whether the task was stored, and the same id can be added again', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    const silent = await producerAt(proxy.url, { reconnectDelay: 50 });
    await silent.queue.add(resize, { width: 1 });

    proxy.blackHole();
    const adding = silent.queue.add(resize, { width: 2 }, { id: 'twice', timeout: 300 });
    await expect(adding).rejects.toThrow(ConfirmTimeoutError);
    await expect(adding).rejects.toThrow('It may have been stored; add it again with the same id.');

    proxy.heal();
    await silent.queue.add(resize, { width: 2 }, { id: 'twice' });
    expect(await payloads('images')).toEqual([{ width: 1 }, { width: 2 }]);
  });
});

describe('adding many', () => {
  it('gives one result for each, in order; a task that fails keeps none of the others back', async () => {
    const broken = defineTask({
      name: 'broken',
      queue,
      payload: z.unknown().refine(() => {
        throw new TypeError('the schema has a defect');
      }),
    });
    const tasks: TaskToAdd[] = [
      { task: resize, payload: { width: 1 }, options: { id: 'first' } },
      { task: resize, payload: { width: 'wide' } },
      { task: store, payload: 'x'.repeat(20_000) },
      { task: resize, payload: { width: 2 }, options: { id: '' } },
      { task: broken, payload: 1 },
      { task: resize, payload: { width: 3 }, options: { id: 'last' } },
    ];
    const results = await producer.queue.addBulk(tasks);
    expect(results).toEqual([
      { ok: true, id: 'first', queue: 'images' },
      { ok: false, error: expect.any(InvalidPayloadError) },
      { ok: false, error: expect.any(MessageTooLargeError) },
      { ok: false, error: expect.any(InvalidAddOptionsError) },
      { ok: false, error: expect.any(InvalidPayloadError) },
      { ok: true, id: 'last', queue: 'images' },
    ]);
    expect(await payloads('images')).toEqual([{ width: 1 }, { width: 3 }]);
  });

  it('of nothing gives nothing', async () => {
    expect(await producer.queue.addBulk([])).toEqual([]);
  });

  it.each<QueueType>(['classic', 'quorum'])('ten thousand: all are in the %s queue, once each', async (type) => {
    const task = defineTask({ name: 'many', queue: `many-${type}`, payload: z.number() });
    const many = await producerAt(vhost.url, { tasks: [task], queueType: type });
    const results = await many.queue.addBulk(Array.from({ length: 10_000 }, (_, payload) => ({ task, payload })));
    const ids = results.map((result) => (result.ok ? result.id : result.error.message));
    const stored = await vhost.takeAll(`many-${type}`);
    expect(stored.map(({ properties }) => properties.messageId as unknown)).toEqual(ids);
    expect(new Set(ids).size).toBe(10_000);
  });
});

const refusal = (error: unknown): unknown => error;
