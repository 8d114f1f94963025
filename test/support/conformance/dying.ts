import type { GetMessage } from 'amqplib';
import type { Desk } from './desk';
import type { Scenario } from './scenario';

/** What `x-death` tells, without the time. */
function deathsOf(message: GetMessage | undefined): unknown {
  const { 'x-death': deaths = [], ...headers } = (message?.properties.headers ?? {}) as Record<string, unknown>;
  const told = (deaths as Record<string, unknown>[]).map(({ time: _time, ...death }) => death);
  const first = Object.entries(headers).filter(([name]) => name.startsWith('x-first-death'));
  return { told, ...Object.fromEntries(first) };
}

async function withDeadLetters(desk: Desk, options = {}): Promise<void> {
  await desk.queue('dead');
  const deadLetterRoutingKey = desk.name('dead');
  await desk.queue('work', { deadLetterExchange: '', deadLetterRoutingKey, ...options });
}

/** Dead letters and the times of messages. */
export const dying: readonly Scenario[] = [
  {
    name: 'what is rejected for good goes to the dead-letter queue and says why',
    run: async (desk) => {
      await withDeadLetters(desk);
      await desk.fill('work', ['a', { headers: { own: 'x' }, messageId: 'id-1' }], 'b');
      const channel = await desk.channel();
      const [a, b] = await desk.hold('work', channel, 2);
      if (a) channel.reject(a, false);
      if (b) channel.nack(b, false, false);
      await desk.reaches('dead', 2);
      const [dead] = await desk.hold('dead', channel, 2);
      return [dead?.properties.messageId, dead?.properties.headers?.['own'], deathsOf(dead), dead?.fields.exchange];
    },
    expected: [
      'id-1',
      'x',
      {
        told: [{ count: 1, reason: 'rejected', queue: 'work', exchange: '', 'routing-keys': ['work'] }],
        'x-first-death-exchange': '',
        'x-first-death-queue': 'work',
        'x-first-death-reason': 'rejected',
      },
      '',
    ],
  },
  {
    name: 'a second death in the same queue is counted, and the last one stands in front',
    run: async (desk) => {
      // It comes back by itself: what a client publishes with an x-death counts up to RabbitMQ 3, and not from 4 on.
      await desk.queue('dead', { messageTtl: 30, deadLetterExchange: '', deadLetterRoutingKey: desk.name('work') });
      await desk.queue('work', { deadLetterExchange: '', deadLetterRoutingKey: desk.name('dead') });
      await desk.fill('work', 'a');
      const channel = await desk.channel();
      for (let round = 0; round < 2; round += 1) {
        await desk.reaches('work', 1);
        for (const one of await desk.hold('work', channel, 1)) channel.reject(one, false);
      }
      await desk.reaches('work', 1);
      const [again] = await desk.hold('work', channel, 1);
      return deathsOf(again);
    },
    expected: {
      told: [
        { count: 2, reason: 'expired', queue: 'dead', exchange: '', 'routing-keys': ['dead'] },
        { count: 2, reason: 'rejected', queue: 'work', exchange: '', 'routing-keys': ['work'] },
      ],
      'x-first-death-exchange': '',
      'x-first-death-queue': 'work',
      'x-first-death-reason': 'rejected',
    },
  },
  {
    name: 'dead letters of a queue that says nothing of them are gone, and so are those whose exchange is not there',
    run: async (desk) => {
      await desk.queue('silent');
      await desk.queue('lost', { deadLetterExchange: desk.name('nowhere') });
      await desk.fill('silent', 'a');
      await desk.fill('lost', 'b');
      const channel = await desk.channel();
      for (const queue of ['silent', 'lost'])
        for (const one of await desk.hold(queue, channel, 1)) channel.reject(one, false);
      return [await desk.ready('silent'), await desk.ready('lost')];
    },
    expected: [0, 0],
  },
  {
    name: 'messages expire at the head of their queue, and not before',
    run: async (desk) => {
      await withDeadLetters(desk);
      await desk.fill('work', ['long', { expiration: '300' }], ['short', { expiration: '50' }]);
      await desk.world.pass(100);
      const early = await desk.ready('work');
      await desk.reaches('dead', 2);
      return [early, await desk.drain('dead')];
    },
    expected: [2, ['long', 'short']],
  },
  {
    name: 'a queue’s own time to live counts for all, and the shorter of two',
    run: async (desk) => {
      await withDeadLetters(desk, { messageTtl: 60_000 });
      await desk.queue('quick', { messageTtl: 40, deadLetterExchange: '', deadLetterRoutingKey: desk.name('dead') });
      await desk.fill('work', ['own', { expiration: '20' }]);
      await desk.fill('quick', ['queue’s', { expiration: '60000' }]);
      await desk.reaches('dead', 2);
      const [first, second] = await desk.hold('dead', await desk.channel(), 2);
      return [first, second].map((message) => [message?.content.toString(), message?.properties.expiration]);
    },
    expected: [
      ['own', null],
      ['queue’s', null],
    ],
  },
  {
    name: 'quorum queues have times to live as well',
    run: async (desk) => {
      await withDeadLetters(desk, { arguments: { 'x-queue-type': 'quorum' }, messageTtl: 40 });
      await desk.fill('work', 'a', 'b');
      await desk.reaches('dead', 2);
      return desk.drain('dead');
    },
    expected: ['a', 'b'],
  },
  {
    name: 'what expires at once is handed out when somebody waits for it',
    run: async (desk) => {
      await withDeadLetters(desk);
      const got: string[] = [];
      const channel = await desk.model.createChannel();
      await channel.consume(desk.name('work'), (message) => void got.push(String(message?.content)), { noAck: true });
      await desk.fill('work', ['waited for', { expiration: '0' }]);
      await desk.world.until('a message', () => got.length === 1);
      await channel.close();
      await desk.fill('work', ['too late', { expiration: '0' }]);
      await desk.reaches('dead', 1);
      return [got, await desk.drain('dead')];
    },
    expected: [['waited for'], ['too late']],
  },
  {
    name: 'an expiration that is no number closes the channel',
    run: async (desk) => {
      await desk.queue('work');
      const channel = await desk.channel();
      return desk.closing(
        channel,
        () => void channel.sendToQueue(desk.name('work'), Buffer.from('a'), { expiration: 'abc' }),
      );
    },
    expected: '406',
  },
  {
    name: 'what would go round for ever by expiring is dropped',
    run: async (desk) => {
      await desk.queue('one', { messageTtl: 20, deadLetterExchange: '', deadLetterRoutingKey: desk.name('two') });
      await desk.queue('two', { messageTtl: 20, deadLetterExchange: '', deadLetterRoutingKey: desk.name('one') });
      await desk.fill('one', 'a');
      await desk.world.pass(200);
      return [await desk.ready('one'), await desk.ready('two')];
    },
    expected: [0, 0],
  },
  {
    name: 'a message passes through queues that keep it for a while, one behind the other',
    run: async (desk) => {
      const exchange = await desk.exchange('levels', 'topic');
      const channel = await desk.channel();
      await channel.bindQueue(await desk.queue('work'), exchange, '#.out');
      const keeping = { messageTtl: 30, deadLetterExchange: exchange, arguments: { 'x-queue-type': 'quorum' } };
      const first = await desk.queue('first', { ...keeping, deadLetterRoutingKey: 'second' });
      const second = await desk.queue('second', { ...keeping, deadLetterRoutingKey: 'at.last.out' });
      await channel.bindQueue(first, exchange, 'first.#');
      await channel.bindQueue(second, exchange, 'second');
      await desk.publish(exchange, 'first.go', 'a');
      await desk.reaches('work', 1);
      const [message] = await desk.hold('work', channel, 1);
      return [message?.fields.routingKey, message?.properties.headers?.['x-death']?.map(({ queue }) => queue)];
    },
    expected: ['at.last.out', ['second', 'first']],
  },
];
