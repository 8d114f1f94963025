import type { ConfirmChannel, Options } from 'amqplib';
import { topologyErrorOf } from '../../../libs/queue/src/topology/broker-refusal';
import { quiet } from './desk';
import type { Desk } from './desk';
import type { Scenario } from './scenario';

/** What Warren says of a refused declaration: which argument, what is there and what was asked for. */
async function sentence(desk: Desk, ask: (channel: ConfirmChannel) => Promise<unknown>): Promise<string> {
  const channel = await quiet(await desk.model.createConfirmChannel());
  try {
    await ask(channel);
    await channel.close();
    return 'done';
  } catch (error) {
    const text = topologyErrorOf('q', error)?.message ?? String(error);
    return /exists with (.+?)\. Change/.exec(text)?.[1] ?? text;
  }
}

/** Declared one way and then another. */
async function twice(desk: Desk, first: Options.AssertQueue, second: Options.AssertQueue): Promise<string> {
  await desk.queue('work', first);
  const said = await sentence(desk, (channel) => channel.assertQueue(desk.name('work'), second));
  await (await desk.channel()).deleteQueue(desk.name('work'));
  return said;
}

const quorum = { 'x-queue-type': 'quorum' };
const classic = { 'x-queue-type': 'classic' };

/** What is there, and what may be. */
export const declaring: readonly Scenario[] = [
  {
    name: 'declaring the same again changes nothing, and tells what is there',
    run: async (desk) => {
      await desk.queue('work', { maxPriority: 3 });
      await desk.fill('work', 'a', 'b');
      const channel = await desk.channel();
      const { messageCount, consumerCount } = await channel.assertQueue(desk.name('work'), { maxPriority: 3 });
      const named = await channel.assertQueue('', { exclusive: true });
      return [messageCount, consumerCount, named.queue.startsWith('amq.gen-')];
    },
    expected: [2, 0, true],
  },
  {
    name: 'declaring it otherwise is refused, and says what differs',
    run: async (desk) => [
      await twice(desk, {}, { arguments: classic }),
      await twice(desk, {}, { messageTtl: 5 }),
      await twice(desk, { messageTtl: 6 }, { messageTtl: 5 }),
      await twice(desk, { maxPriority: 3 }, {}),
      await twice(desk, { deadLetterExchange: 'x' }, { deadLetterExchange: 'y' }),
      // Whether no type is one by itself differs: `none` up to RabbitMQ 3, `classic` from 4 on.
      await twice(desk, { arguments: quorum }, { arguments: classic }),
      await twice(desk, { arguments: classic }, { arguments: quorum }),
      await twice(
        desk,
        { arguments: { ...quorum, 'x-delivery-limit': 3 } },
        { arguments: { ...quorum, 'x-delivery-limit': 4 } },
      ),
      await twice(desk, {}, { arguments: { 'x-something-of-ours': 1 } }),
    ],
    expected: [
      'done',
      'x-message-ttl = none, and this app declares 5',
      'x-message-ttl = 6, and this app declares 5',
      'x-max-priority = 3, and this app declares none',
      'x-dead-letter-exchange = x, and this app declares y',
      'x-queue-type = quorum, and this app declares classic',
      'x-queue-type = classic, and this app declares quorum',
      'x-delivery-limit = 3, and this app declares 4',
      'done',
    ],
  },
  {
    name: 'what a kind of queue cannot be is refused',
    run: async (desk) => {
      const ask = (options: Options.AssertQueue) =>
        desk.refusal((channel) => channel.assertQueue(desk.name('impossible'), options));
      return [
        await ask({ arguments: { ...quorum }, durable: false }),
        await ask({ arguments: { ...quorum }, exclusive: true }),
        await ask({ arguments: { ...quorum }, autoDelete: true }),
        await ask({ arguments: { 'x-delivery-limit': 3 } }),
        await ask({ arguments: { 'x-message-ttl': 'soon' } }),
        await desk.refusal((channel) => channel.assertQueue('amq.mine')),
      ];
    },
    expected: ['406', '406', '406', '406', '406', '403'],
  },
  {
    name: 'what is not there is refused',
    run: async (desk) => {
      const nowhere = desk.name('nowhere');
      const there = await desk.queue('there');
      return [
        await desk.refusal((channel) => channel.checkQueue(nowhere)),
        await desk.refusal((channel) => channel.checkExchange(nowhere)),
        await desk.refusal((channel) => channel.consume(nowhere, () => undefined)),
        await desk.refusal((channel) => channel.get(nowhere)),
        await desk.refusal((channel) => channel.purgeQueue(nowhere)),
        await desk.refusal((channel) => channel.bindQueue(nowhere, 'amq.topic', '#')),
        await desk.refusal((channel) => channel.bindQueue(there, nowhere, '#')),
        await desk.refusal((channel) => channel.deleteQueue(nowhere)),
        await desk.refusal((channel) => channel.deleteExchange(nowhere)),
      ];
    },
    expected: ['404', '404', '404', '404', '404', '404', '404', 'done', 'done'],
  },
  {
    name: 'a queue that one connection has to itself is out of reach for others, and gone with it',
    run: async (desk) => {
      const owner = await desk.connect();
      const channel = await owner.createChannel();
      await channel.assertQueue(desk.name('mine'), { exclusive: true });
      const others = await desk.refusal((one) => one.checkQueue(desk.name('mine')));
      await owner.close();
      await desk.world.until(
        'it to be gone',
        async () => (await desk.refusal((one) => one.checkQueue(desk.name('mine')))) === '404',
      );
      return others;
    },
    expected: '405',
  },
  {
    name: 'an exchange declared otherwise is refused',
    run: async (desk) => {
      const name = await desk.exchange('e', 'topic');
      return [
        await desk.refusal((channel) => channel.assertExchange(name, 'topic')),
        await desk.refusal((channel) => channel.assertExchange(name, 'fanout')),
        await desk.refusal((channel) => channel.assertExchange(name, 'topic', { durable: false })),
        await desk.refusal((channel) => channel.assertExchange(name, 'topic', { alternateExchange: 'x' })),
      ];
    },
    expected: ['done', '406', '406', '406'],
  },
  {
    name: 'purging and deleting tell how much is gone, and may be only for what is empty or unused',
    run: async (desk) => {
      const work = await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c');
      const channel = await desk.channel();
      const full = await desk.refusal((one) => one.deleteQueue(work, { ifEmpty: true }));
      const purged = await channel.purgeQueue(work);
      await desk.fill('work', 'd');
      return [full, purged.messageCount, (await channel.deleteQueue(work)).messageCount];
    },
    expected: ['406', 3, 1],
  },
  {
    name: 'a queue that deletes itself is gone with its last consumer',
    run: async (desk) => {
      const work = await desk.queue('work', { autoDelete: true });
      const channel = await desk.model.createChannel();
      const { consumerTag } = await channel.consume(work, () => undefined);
      await channel.cancel(consumerTag);
      await desk.world.until(
        'it to be gone',
        async () => (await desk.refusal((one) => one.checkQueue(work))) === '404',
      );
      await channel.close();
      return 'gone';
    },
    expected: 'gone',
  },
  {
    name: 'a stream is read by each from where it likes, and keeps what was read',
    run: async (desk) => {
      const stream = await desk.queue('stream', { arguments: { 'x-queue-type': 'stream' } });
      await desk.fill('stream', 'a', 'b', 'c');
      const read = async (offset: unknown, count: number): Promise<unknown[]> => {
        const channel = await desk.model.createChannel();
        const got: unknown[] = [];
        await channel.prefetch(10);
        const onMessage = (
          message: { content: Buffer; properties: { headers?: Record<string, unknown> } } | null,
        ): void => {
          if (message === null) return;
          got.push([message.content.toString(), message.properties.headers?.['x-stream-offset']]);
          channel.ack(message as never);
        };
        await channel.consume(stream, onMessage, { arguments: { 'x-stream-offset': offset } });
        if (offset === 'next') await desk.fill('stream', 'd');
        await desk.world.until(`${count} messages`, () => got.length === count);
        await channel.close();
        return got;
      };
      return [await read('first', 3), await read(1, 2), await read('next', 1), await read('first', 4)].map((got) =>
        got.length > 2 ? got.slice(0, 2) : got,
      );
    },
    expected: [
      [
        ['a', 0],
        ['b', 1],
      ],
      [
        ['b', 1],
        ['c', 2],
      ],
      [['d', 3]],
      [
        ['a', 0],
        ['b', 1],
      ],
    ],
  },
  {
    name: 'only a stream is read from an offset',
    run: async (desk) => {
      const ask = async (queue: string) =>
        desk.refusal((channel) =>
          channel.consume(queue, () => undefined, { arguments: { 'x-stream-offset': 'first' } }),
        );
      return [await ask(await desk.queue('classic')), await ask(await desk.queue('quorum', { arguments: quorum }))];
    },
    expected: ['406', '406'],
  },
];
