import {
  ConfirmTimeoutError,
  NotConnectedError,
  PublishRefusedError,
  QueueEvents,
  defineQueue,
  defineTask,
  queueSettings,
  readSettings,
} from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { BrokerConnection } from '../../libs/queue/src/connection/broker-connection';
import { Publisher } from '../../libs/queue/src/connection/publisher';
import { routeTo } from '../../libs/queue/src/topology/routes';
import { closingAfterEach } from '../support/closing';
import { clearMemoryAlarm, raiseMemoryAlarm } from '../support/memory-alarm';
import { PrivateNode } from '../support/private-node';
import { SteeredWork } from '../support/steered-work';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const work = defineTask({
  name: 'work',
  queue: defineQueue({ name: 'work', type: 'classic' }),
  payload: z.union([z.string(), z.int()]),
});

const open = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

beforeEach(async () => {
  await vhost.channel.assertQueue('work', { durable: true });
  await vhost.channel.purgeQueue('work');
});

const idsIn = async (queue: string): Promise<string[]> =>
  (await vhost.takeAll(queue)).map(({ properties }) => String(properties.messageId));

describe('a connection that is cut with thousands of messages in flight', () => {
  const COUNT = 12_000;

  it.each<[string, number, (proxy: TcpProxy) => unknown]>([
    ['by the network, three times', 3, (proxy) => proxy.cut()],
    ['by the broker', 1, () => vhost.closeConnections('warren producing')],
  ])('%s: everything is stored in order, and nothing twice but what was unconfirmed', async (_by, times, cut) => {
    const proxy = open(await TcpProxy.open(vhost.url));
    const producer = open(await TestWorker.create({ urls: [proxy.url], tasks: [work], reconnectDelay: 50 }));
    let confirmed = 0;
    const cuts: unknown[] = [];
    const add = async (id: string): Promise<void> => {
      await producer.queue.add(work, 'x'.repeat(500), { id, timeout: 100_000 });
      confirmed += 1;
      if (confirmed % 3_000 === 0 && cuts.length < times) cuts.push(cut(proxy));
    };
    const ids = Array.from({ length: COUNT }, (_, index) => `id-${index}`);
    await add('id-0');
    await vhost.listedConnections('warren producing'); // so that the broker closes it at once, amid the others
    await Promise.all(ids.slice(1).map(add));
    await Promise.all(cuts);
    await waitFor('the cuts to be noticed', () => producer.seen('connection.lost').length >= times);

    const stored = await idsIn('work');
    const once = new Set<string>();
    const twice = stored.filter((id) => once.size === once.add(id).size);
    expect([...once]).toEqual(ids);
    expect(twice.length).toBeLessThanOrEqual(times * 2_000); // as many as may be in flight at once
    expect(producer.seen('connection.lost')).toHaveLength(times);
  });
});

/** The publisher by itself, for messages that TaskQueue would not write. */
function publisherTo(url: string, declareQueue: (queue: string) => Promise<void> = async () => undefined): Publisher {
  const settings = { ...readSettings(queueSettings, {}), urls: [url], reconnectDelay: 100 };
  const connection = open(new BrokerConnection('producing', settings, new QueueEvents()));
  return new Publisher(connection, settings, (_connection, { queue }) => declareQueue(queue));
}

/** A message whose expiration RabbitMQ takes for an error (406) is one no client can publish. */
function message(id: string, isPoison = false) {
  const properties = { messageId: id, headers: {}, ...(isPoison ? { expiration: 'never' } : {}) };
  return { content: Buffer.from('body'), properties };
}

describe('a message that makes the broker close the channel', () => {
  it('is refused at its second time, and alone: those around it are stored', async () => {
    const publisher = publisherTo(vhost.url);
    const poison = [150, 151, 299];
    const startedAt = performance.now();
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, (_, id) =>
        publisher.publish(routeTo('work'), message(String(id), poison.includes(id)), 60_000),
      ),
    );
    expect(performance.now() - startedAt).toBeLessThan(30_000); // at once, and not at its deadline

    const refused = results.flatMap((result, id) => (result.status === 'rejected' ? [id] : []));
    expect(refused).toEqual(poison);
    expect(results[150]).toMatchObject({ reason: expect.any(PublishRefusedError) });
    expect(results[150]).toMatchObject({ reason: { message: expect.stringContaining("invalid expiration 'never'") } });
    expect(new Set(await idsIn('work')).size).toBe(297);
  });

  it('is told from those that were in flight with it: nothing travels beside one that is sent again', async () => {
    await vhost.channel.assertQueue('later', { durable: true });
    let declareLater: () => void = () => undefined;
    const isDeclared = new Promise<void>((resolve) => {
      declareLater = resolve;
    });
    const publisher = publisherTo(vhost.url, (queue) => (queue === 'later' ? isDeclared : Promise.resolve()));
    const poison = publisher.publish(routeTo('work'), message('poison', true), 60_000);
    const innocent = publisher.publish(routeTo('work'), message('innocent'), 60_000);
    const later = publisher.publish(routeTo('later'), message('later', true), 60_000);

    // Its second time is over, and the innocent one waits for the next channel: now the other poison may travel as well.
    await expect(poison.finally(declareLater)).rejects.toThrow(PublishRefusedError);
    await expect(innocent).resolves.toBeUndefined();
    await expect(later).rejects.toThrow(PublishRefusedError);
  });

  it('keeps nobody waiting who comes later', async () => {
    const publisher = publisherTo(vhost.url);
    await expect(publisher.publish(routeTo('work'), message('poison', true), 60_000)).rejects.toThrow(
      PublishRefusedError,
    );
    const ids = Array.from({ length: 500 }, (_, index) => `id-${index}`);
    await Promise.all(ids.map((id) => publisher.publish(routeTo('work'), message(id), 60_000)));
    expect(await idsIn('work')).toEqual(ids);
  });
});

describe('an app that is closed', () => {
  it('has settled every add that was under way, and what it said is stored is', async () => {
    const producer = open(await TestWorker.create({ urls: [vhost.url], tasks: [work] }));
    const adding = Array.from({ length: 3_000 }, (_, index) => producer.queue.add(work, index));
    await producer.sees('task.added');
    await producer.close();
    const ids = (await Promise.all(adding)).map(({ id }) => id);
    expect(await idsIn('work')).toEqual(ids);
  });

  it('ends although the broker is away: what waits is rejected at its deadline', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    proxy.cut({ refuse: true });
    const producer = open(await TestWorker.create({ urls: [proxy.url], tasks: [work], publishTimeout: 300 }));
    const outcome = producer.queue.add(work, 'late').catch((error: unknown) => error);
    await producer.close();
    expect(await outcome).toBeInstanceOf(NotConnectedError);
  });

  it('ends within seconds although an add could wait a minute for the broker', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    proxy.cut({ refuse: true });
    const producer = open(await TestWorker.create({ urls: [proxy.url], tasks: [work], publishTimeout: 60_000 }));
    const startedAt = performance.now();
    const outcome = producer.queue.add(work, 'late').catch((error: unknown) => error);
    await producer.close();
    expect(await outcome).toMatchObject({
      constructor: NotConnectedError,
      message: expect.stringContaining('was closed'),
    });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it('adds nothing any more, and says so at once', async () => {
    const producer = open(await TestWorker.create({ urls: [vhost.url], tasks: [work] }));
    await producer.close();
    const startedAt = performance.now();
    await expect(producer.queue.add(work, 'late')).rejects.toThrow(NotConnectedError);
    await expect(producer.queue.add(work, 'late')).rejects.toThrow('the connection was closed');
    expect(performance.now() - startedAt).toBeLessThan(5_000); // and not after the deadline of an add
    expect(await idsIn('work')).toEqual([]);
  });
});

describe('a broker that is short of memory', () => {
  const steered = new SteeredWork();

  @Controller()
  class WorkController {
    @EventPattern<string>(work.name)
    run(@Payload() payload: string): Promise<void> {
      return steered.run(payload);
    }
  }

  let node: PrivateNode;
  let app: TestWorker;

  beforeAll(async () => {
    node = await PrivateNode.start();
    app = await TestWorker.start({ urls: [node.url], tasks: [work], controllers: [WorkController] });
  });

  afterAll(async () => {
    await app.close();
    await node.stop();
  });

  it('blocks adds until their deadline, lets the worker go on, and is used again when it recovers', async () => {
    const first = steered.hold('first');
    for (const name of ['first', 'second', 'third']) await app.queue.add(work, name);
    await app.sees('task.started');
    await raiseMemoryAlarm(node);

    // The broker tells only who publishes, so the first message is on its way already and stays open.
    const sent = app.queue.add(work, 'sent', { timeout: 1_000 });
    await expect(sent).rejects.toThrow(ConfirmTimeoutError);
    await expect(sent).rejects.toThrow('it is blocked: low on memory');
    const kept = app.queue.add(work, 'kept', { timeout: 200 });
    await expect(kept).rejects.toThrow(NotConnectedError);
    await expect(kept).rejects.toThrow('it is blocked: low on memory');
    expect(app.readiness()).toEqual({
      isReady: false,
      problems: ['tasks cannot be added: the broker is blocked (low on memory)'],
    });

    first.release();
    await app.sees('task.completed', 3); // with one task at a time, each of them was handed out after the ack before it

    const patient = app.queue.add(work, 'patient', { timeout: 30_000 });
    await clearMemoryAlarm(node);
    await patient;
    await app.sees('connection.unblocked');
    await app.sees('task.completed', 5);
    expect(steered.runs).toEqual(['first', 'second', 'third', 'sent', 'patient']);
    expect(app.readiness()).toEqual({ isReady: true, problems: [] });
    expect(app.seen('connection.lost')).toEqual([]);
  });
});
