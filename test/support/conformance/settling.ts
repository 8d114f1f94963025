import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { quiet, textOf } from './desk';
import type { Desk } from './desk';
import type { Scenario } from './scenario';

const quorum = { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 20 } };

async function channelOf(model: ChannelModel): Promise<Channel> {
  return quiet(await model.createChannel());
}

/** A consumer that notes what it gets, and settles nothing. */
async function watch(desk: Desk, queue: string, prefetch: number, options = {}) {
  const channel = await channelOf(desk.model);
  const got: ConsumeMessage[] = [];
  const told: string[] = [];
  await channel.prefetch(prefetch);
  const onMessage = (message: ConsumeMessage | null): void => {
    if (message === null) return void told.push('cancelled by the broker');
    got.push(message);
    told.push(textOf(message));
  };
  const { consumerTag } = await channel.consume(desk.name(queue), onMessage, options);
  return { channel, got, told, consumerTag };
}

/** What is handed out, to whom, and what settling does. */
export const settling: readonly Scenario[] = [
  {
    name: 'messages leave a queue in the order they came, and once',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c');
      const channel = await desk.channel();
      const first = await desk.get('work', channel);
      return [first && [textOf(first), first.fields.messageCount, first.fields.deliveryTag], await desk.drain('work')];
    },
    expected: [
      ['a', 2, 1],
      ['b', 'c'],
    ],
  },
  {
    name: 'what is rejected takes its old place in a classic queue',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c', 'd');
      const channel = await desk.channel();
      const [a, b] = await desk.hold('work', channel, 2);
      if (b) channel.reject(b, true);
      await desk.reaches('work', 3);
      if (a) channel.reject(a, true);
      await desk.reaches('work', 4);
      return desk.drain('work');
    },
    expected: ['a again', 'b again', 'c', 'd'],
  },
  {
    name: 'what is rejected goes behind what was rejected before, and in front of all else, in a quorum queue',
    run: async (desk) => {
      await desk.queue('work', quorum);
      await desk.fill('work', 'a', 'b', 'c', 'd');
      const channel = await desk.channel();
      const [a, b, c] = await desk.hold('work', channel, 3);
      if (c) channel.reject(c, true);
      await desk.reaches('work', 2);
      if (a) channel.reject(a, true);
      await desk.reaches('work', 3);
      if (b) channel.ack(b);
      return desk.drain('work');
    },
    expected: ['c again', 'a again', 'd'],
  },
  {
    name: 'a quorum queue counts what comes back as failed',
    run: async (desk) => {
      await desk.queue('work', quorum);
      await desk.fill('work', 'a');
      const channel = await desk.channel();
      const counts: unknown[] = [];
      for (let round = 0; round < 4; round += 1) {
        const [message] = await desk.hold('work', channel, 1);
        counts.push(message?.properties.headers?.['x-delivery-count'] ?? 0);
        if (message) channel.reject(message, true);
        await desk.reaches('work', 1);
      }
      return counts;
    },
    expected: [0, 1, 2, 3],
  },
  {
    name: 'a quorum queue gives up behind its delivery limit, into the dead-letter queue',
    run: async (desk) => {
      await desk.queue('dead');
      await desk.queue('work', {
        arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 },
        deadLetterExchange: '',
        deadLetterRoutingKey: desk.name('dead'),
      });
      await desk.fill('work', 'a');
      const channel = await desk.channel();
      let handedOut = 0;
      while ((await desk.ready('dead')) === 0) {
        const message = await desk.get('work', channel);
        if (message === false) continue;
        handedOut += 1;
        channel.reject(message, true);
        await desk.world.until(
          'it to be somewhere',
          async () => (await desk.ready('work')) + (await desk.ready('dead')) > 0,
        );
      }
      const [dead] = await desk.hold('dead', channel, 1);
      return [handedOut, dead?.properties.headers?.['x-first-death-reason']];
    },
    expected: [3, 'delivery_limit'],
  },
  {
    name: 'a channel that closes gives back what it has in hand, as failed',
    run: async (desk) => {
      await desk.queue('classic');
      await desk.queue('quorum', quorum);
      const counts: unknown[] = [];
      for (const queue of ['classic', 'quorum']) {
        await desk.fill(queue, 'a', 'b');
        const channel = await channelOf(desk.model);
        await desk.hold(queue, channel, 1);
        await channel.close();
        await desk.reaches(queue, 2);
        const [first] = await desk.hold(queue, await desk.channel(), 1);
        counts.push(first && textOf(first), first?.properties.headers?.['x-delivery-count'] ?? 0);
      }
      return counts;
    },
    expected: ['a again', 0, 'a again', 1],
  },
  {
    name: 'a connection that closes gives back what it has in hand',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c');
      const other = await desk.connect();
      await desk.hold('work', await channelOf(other), 2);
      await other.close();
      await desk.reaches('work', 3);
      return desk.drain('work');
    },
    expected: ['a again', 'b again', 'c'],
  },
  {
    name: 'one acknowledgement may mean all up to it, and one return too',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c', 'd', 'e');
      const channel = await desk.channel();
      const [, b, , d] = await desk.hold('work', channel, 5);
      if (b) channel.ack(b, true);
      if (d) channel.nack(d, true, true);
      await desk.reaches('work', 2);
      const back = await desk.drain('work');
      channel.nackAll(true);
      await desk.reaches('work', 1);
      return [back, await desk.drain('work')];
    },
    expected: [['c again', 'd again'], ['e again']],
  },
  {
    name: 'settling what is not in hand closes the channel',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a');
      const twice = await channelOf(desk.model);
      const [a] = await desk.hold('work', twice, 1);
      if (a) twice.ack(a);
      const unknown = await channelOf(desk.model);
      const never = { fields: { deliveryTag: 7 } } as ConsumeMessage;
      return [
        await desk.closing(twice, () => a && twice.ack(a)),
        await desk.closing(unknown, () => unknown.nack(never, false, true)),
        await desk.ready('work'),
      ];
    },
    expected: ['406', '406', 0],
  },
  {
    name: 'a consumer has no more in hand than its prefetch',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c', 'd');
      const { channel, got, told } = await watch(desk, 'work', 2);
      await desk.world.until('two messages', () => told.length === 2);
      const ready = await desk.ready('work');
      if (got[0]) channel.ack(got[0]);
      await desk.world.until('the third message', () => told.length === 3);
      await channel.close();
      return [ready, told];
    },
    expected: [2, ['a', 'b', 'c']],
  },
  {
    name: 'consumers have their turns',
    run: async (desk) => {
      await desk.queue('work');
      const one = await watch(desk, 'work', 2);
      const other = await watch(desk, 'work', 2);
      await desk.fill('work', 'a', 'b', 'c', 'd', 'e');
      await desk.world.until('four messages', () => one.told.length + other.told.length === 4);
      await one.channel.close();
      await other.channel.close();
      return [one.told, other.told];
    },
    expected: [
      ['a', 'c'],
      ['b', 'd'],
    ],
  },
  {
    name: 'a consumer without acknowledgements has everything at once, for good',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b', 'c');
      const { channel, told } = await watch(desk, 'work', 1, { noAck: true });
      await desk.world.until('three messages', () => told.length === 3);
      await channel.close();
      return [told, await desk.ready('work')];
    },
    expected: [['a', 'b', 'c'], 0],
  },
  {
    name: 'a cancelled consumer may still settle what it has in hand',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', 'b');
      const { channel, got, told, consumerTag } = await watch(desk, 'work', 1);
      await desk.world.until('a message', () => told.length === 1);
      await channel.cancel(consumerTag);
      if (got[0]) channel.ack(got[0]);
      await channel.close();
      return [told, await desk.drain('work')];
    },
    expected: [['a'], ['b']],
  },
  {
    name: 'a consumer is told that its queue was deleted',
    run: async (desk) => {
      await desk.queue('work');
      const { channel, told } = await watch(desk, 'work', 1);
      await (await desk.channel()).deleteQueue(desk.name('work'));
      await desk.world.until('word of it', () => told.length === 1);
      await channel.close();
      return told;
    },
    expected: ['cancelled by the broker'],
  },
  {
    name: 'a queue is consumed by one alone who asks for that',
    run: async (desk) => {
      await desk.queue('work');
      const { channel } = await watch(desk, 'work', 1, { exclusive: true });
      const other = await desk.refusal((one) => one.consume(desk.name('work'), () => undefined));
      await channel.close();
      return [other, await desk.refusal((one) => one.consume(desk.name('work'), () => undefined))];
    },
    expected: ['403', 'done'],
  },
];
