import { defineEvent, defineQueue, defineTask, TopologyError, UnroutableError } from '@app/queue';
import type { QueueBinding, TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const payload = z.object({ order: z.number() });
const orders = { exchange: 'orders', payload };
const placed = defineEvent({ name: 'order.placed', ...orders });
const paid = defineEvent({ name: 'order.paid', ...orders });
const wanted = defineEvent({ name: 'refund.wanted', ...orders });
const news = defineEvent({ name: 'news', exchange: 'news', type: 'fanout', payload });
const fault = defineEvent({ name: 'log', exchange: 'logs', type: 'direct', routingKey: 'error', payload });
const paper = defineEvent({ name: 'paper', exchange: 'papers', type: 'headers', payload });
const events = [placed, paid, wanted, news, fault, paper];

const queue = (name: string, ...bindings: QueueBinding[]) =>
  defineQueue({ name, type: 'classic', bindings, attempts: 2 });
const mails = queue(
  'mails',
  { exchange: 'orders', pattern: 'order.*' },
  { exchange: 'news', type: 'fanout' },
  { exchange: 'papers', type: 'headers', headers: { format: 'pdf', pages: 2 } },
);
const ledger = queue(
  'ledger',
  { exchange: 'orders', pattern: '#' },
  { exchange: 'news', type: 'fanout' },
  { exchange: 'logs', type: 'direct', pattern: 'error' },
  { exchange: 'papers', type: 'headers', headers: { format: 'pdf', pages: 3 }, match: 'any' },
);

let seen: string[] = [];
let failures = 0;

@Controller()
class Listeners {
  @EventPattern(['order.*', '#.wanted', 'news', 'log', 'paper'])
  hear(@Payload() { order }: { order: number }, @Ctx() { name, queue: where, attempt }: TaskContext): void {
    seen.push(`${where}: ${name} ${order}${attempt > 1 ? `, attempt ${attempt}` : ''}`);
    if (failures > 0) {
      failures -= 1;
      throw new Error('not yet');
    }
  }
}

const closing = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

beforeEach(() => {
  seen = [];
  failures = 0;
});

const start = async (options = {}): Promise<TestWorker> =>
  closing(
    await TestWorker.start({
      urls: [vhost.url],
      tasks: [],
      queues: [mails, ledger],
      events,
      controllers: [Listeners],
      ...options,
    }),
  );

describe('an event', () => {
  it('comes into every queue whose binding is for it, by topic, fanout, key or headers', async () => {
    const worker = await start();
    await worker.queue.publish(placed, { order: 1 });
    await worker.queue.publish(wanted, { order: 2 });
    await worker.queue.publish(news, { order: 3 });
    await worker.queue.publish(fault, { order: 4 });
    await worker.queue.publish(paper, { order: 5 }, { headers: { format: 'pdf', pages: 2 } });
    await worker.queue.publish(paper, { order: 6 }, { headers: { format: 'txt', pages: 3 } });
    await worker.sees('task.completed', 9);
    expect(seen.toSorted()).toEqual([
      'ledger: log 4',
      'ledger: news 3',
      'ledger: order.placed 1',
      'ledger: paper 5',
      'ledger: paper 6',
      'ledger: refund.wanted 2',
      'mails: news 3',
      'mails: order.placed 1',
      'mails: paper 5',
    ]);
    expect(worker.seen('event.published')).toHaveLength(6);
  });

  it('is tried again and put aside in the one queue where it fails', async () => {
    failures = 1;
    const worker = await start({ workerQueues: ['mails'] });
    const { id } = await worker.queue.publish(paid, { order: 1 });
    await worker.sees('task.completed');
    expect(seen).toEqual(['mails: order.paid 1', 'mails: order.paid 1, attempt 2']);
    expect(worker.seen('task.completed')[0]).toMatchObject({ id, queue: 'mails' });
    expect(await vhost.takeAll('ledger')).toHaveLength(1);
  });

  it('waits in queues that are known when it is published before their first worker', async () => {
    const other = { exchange: 'early', payload };
    const early = defineEvent({ name: 'early.one', ...other });
    const waiting = queue('waiting', { exchange: 'early', pattern: 'early.*' });
    const options = { urls: [vhost.url], tasks: [], queues: [waiting], events: [early] };
    const producer = closing(await TestWorker.create(options));
    await producer.queue.publish(early, { order: 7 });
    expect(JSON.parse((await vhost.take('waiting')).content.toString())).toEqual({
      pattern: 'early.one',
      data: { order: 7 },
    });
  });

  it('finds its exchange where a queue has the same name', async () => {
    const same = defineEvent({ name: 'same', exchange: 'same', payload });
    const task = defineTask({ name: 'task', queue: 'same', payload });
    const producer = closing(await TestWorker.create({ urls: [vhost.url], tasks: [task], events: [same] }));
    await producer.queue.add(task, { order: 1 });
    expect(await producer.queue.publish(same, { order: 2 }, { mandatory: false })).toMatchObject({ exchange: 'same' });
    expect(await vhost.takeAll('same')).toHaveLength(1);
  });

  it('that no queue is bound for is an error, unless that is fine', async () => {
    const lonely = defineEvent({ name: 'lonely', exchange: 'lonely', payload });
    const producer = closing(await TestWorker.create({ urls: [vhost.url], tasks: [], events: [lonely] }));
    const publishing = producer.queue.publish(lonely, { order: 1 });
    await expect(publishing).rejects.toBeInstanceOf(UnroutableError);
    await expect(publishing).rejects.toThrow('No queue is bound to exchange "lonely" for event "lonely"');
    expect(await producer.queue.publish(lonely, { order: 1 }, { mandatory: false })).toMatchObject({
      exchange: 'lonely',
    });
    expect(producer.seen('event.unpublished')).toMatchObject([{ name: 'lonely', isUnroutable: true }]);
    expect(producer.seen('event.published')).toHaveLength(1);
  });

  it('whose payload is none is refused before it leaves, and put aside where another program sent it', async () => {
    const worker = await start();
    await expect(worker.queue.publish(placed, { order: 'one' as never })).rejects.toThrow(
      'The payload of "order.placed"',
    );
    vhost.channel.publish('orders', 'order.placed', Buffer.from('{"pattern":"order.placed","data":{"order":"x"}}'));
    await worker.sees('task.dead-lettered', 2);
    expect(worker.seen('task.dead-lettered').map(({ reason }) => reason)).toEqual([
      'invalid-payload',
      'invalid-payload',
    ]);
    expect(seen).toEqual([]);
  });

  it('reaches no handler through a queue that is not bound to its exchange', async () => {
    const task = defineTask({ name: 'other', queue: 'unbound', payload: z.unknown() });
    const worker = await start({ tasks: [task], workerQueues: ['unbound'] });
    vhost.publish('unbound', '{"pattern":"news","data":{"order":1}}');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'unknown-task' });
    expect(seen).toEqual([]);
  });
});

describe('an exchange', () => {
  it('is declared durable, and again when somebody has deleted it', async () => {
    const worker = await start();
    await worker.queue.publish(news, { order: 1 });
    await vhost.channel.deleteExchange('news');
    await worker.queue.publish(news, { order: 2 });
    await worker.sees('task.completed', 4);
    await vhost.channel.assertExchange('news', 'fanout', { durable: true });
    expect(seen.toSorted()).toEqual(['ledger: news 1', 'ledger: news 2', 'mails: news 1', 'mails: news 2']);
  });

  it('of another type than the definition’s is an error that says so', async () => {
    await vhost.channel.assertExchange('typed', 'fanout', { durable: true });
    const typed = queue('typed', { exchange: 'typed', pattern: 'a' });
    const starting = closing(await TestWorker.create({ urls: [vhost.url], tasks: [], queues: [typed] })).listen();
    await expect(starting).rejects.toBeInstanceOf(TopologyError);
    await expect(starting).rejects.toThrow('Exchange "typed" exists in another form');
  });

  it('is declared by its publisher as the queues that are bound say', async () => {
    const watched = { exchange: 'watched', arguments: { 'alternate-exchange': 'unwatched' } };
    const one = defineEvent({ name: 'news', exchange: 'watched', payload });
    const bound = queue('watching', { ...watched, pattern: 'news' });
    const worker = await start({ queues: [bound], events: [one] });
    await worker.queue.publish(one, { order: 8 });
    await worker.sees('task.completed');
    expect(seen).toEqual(['watching: news 8']);
  });

  it('of somebody else is published to as it is, and declared otherwise nowhere', async () => {
    await vhost.channel.assertExchange('given', 'topic', { durable: false });
    const given = { exchange: 'given', declare: false };
    const one = defineEvent({ name: 'news', ...given, payload });
    const worker = await start({ queues: [queue('giving', { ...given, pattern: 'news' })], events: [one] });
    await worker.queue.publish(one, { order: 9 });
    await worker.sees('task.completed');
    expect(seen).toEqual(['giving: news 9']);
    const alone = closing(await TestWorker.create({ urls: [vhost.url], tasks: [], events: [one] }));
    expect(await alone.queue.publish(one, { order: 10 })).toMatchObject({ exchange: 'given' });
    await worker.sees('task.completed', 2);
  });

  it('of somebody else is not declared, and missed by its name', async () => {
    const foreign = queue('foreign', { exchange: 'theirs', type: 'fanout', declare: false });
    const starting = closing(await TestWorker.create({ urls: [vhost.url], tasks: [], queues: [foreign] })).listen();
    await expect(starting).rejects.toThrow('Exchange "theirs" does not exist');
  });
});
