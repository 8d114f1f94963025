import type { GetMessage } from 'amqplib';
import type { Desk } from './desk';
import type { Scenario } from './scenario';

const quorum = { arguments: { 'x-queue-type': 'quorum' } };

/** Takes the one message of a queue in hand, and tells how often it had come back as failed and how often it had been handed out. */
async function taken(desk: Desk, queue: string): Promise<[GetMessage | undefined, counts: unknown]> {
  const [message] = await desk.hold(queue, await desk.channel(), 1);
  const { 'x-delivery-count': failed = 0, 'x-acquired-count': handedOut = 0 } = message?.properties.headers ?? {};
  return [message, [failed, handedOut]];
}

/** What not every supported RabbitMQ does, or has done always. */
export const sinceVersions: readonly Scenario[] = [
  {
    name: 'a quorum queue hands out what ranks higher first, with 31 as the highest and none as 4',
    since: '4.3',
    run: async (desk) => {
      await desk.queue('work', quorum);
      await desk.fill(
        'work',
        ['0', { priority: 0 }],
        'none',
        ['4', { priority: 4 }],
        ['5', { priority: 5 }],
        ['31', { priority: 31 }],
        ['200', { priority: 200 }],
        ['30', { priority: 30 }],
      );
      return desk.drain('work');
    },
    expected: ['31', '200', '30', '5', 'none', '4', '0'],
  },
  {
    name: 'what comes back to a quorum queue stands in front of all else, whatever its priority',
    since: '4.3',
    run: async (desk) => {
      await desk.queue('work', quorum);
      await desk.fill('work', ['low', { priority: 0 }]);
      const channel = await desk.channel();
      const [low] = await desk.hold('work', channel, 1);
      await desk.fill('work', ['high', { priority: 9 }]);
      if (low) channel.reject(low, true);
      await desk.reaches('work', 2);
      return desk.drain('work');
    },
    expected: ['low again', 'high'],
  },
  {
    name: 'a quorum queue counts what is rejected as failed, and not what is given back by a nack',
    since: '4.3',
    run: async (desk) => {
      await desk.queue('work', quorum);
      await desk.fill('work', 'a');
      const channel = await desk.channel();
      const seen: unknown[] = [];
      for (const how of ['nack', 'nack', 'reject', 'nack'] as const) {
        const [message, counts] = await taken(desk, 'work');
        seen.push(counts);
        if (message && how === 'nack') channel.nack(message, false, true);
        else if (message) channel.reject(message, true);
        await desk.reaches('work', 1);
      }
      const [, counts] = await taken(desk, 'work');
      return [...seen, counts];
    },
    expected: [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
    ],
  },
  {
    name: 'a quorum queue that says nothing of it gives up after twenty returns',
    since: '4.0',
    run: async (desk) => {
      await desk.queue('dead');
      await desk.queue('work', { ...quorum, deadLetterExchange: '', deadLetterRoutingKey: desk.name('dead') });
      await desk.fill('work', 'a');
      const channel = await desk.channel();
      let handedOut = 0;
      while ((await desk.ready('dead')) === 0) {
        const [message] = await desk.hold('work', channel, 1);
        handedOut += 1;
        if (message) channel.reject(message, true);
        const isSomewhere = async (): Promise<boolean> => (await desk.ready('work')) + (await desk.ready('dead')) > 0;
        await desk.world.until('it to be somewhere', isSomewhere);
      }
      const [dead] = await desk.hold('dead', channel, 1);
      return [handedOut, dead?.properties.headers?.['x-first-death-reason']];
    },
    expected: [21, 'delivery_limit'],
  },
  {
    name: 'a connection that closes gives back to a quorum queue what it has in hand, as failed',
    run: async (desk) => {
      await desk.queue('work', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 20 } });
      await desk.fill('work', 'a', 'b');
      const other = await desk.connect();
      await desk.hold('work', await other.createChannel(), 1);
      await other.close();
      await desk.reaches('work', 2);
      const channel = await desk.channel();
      const [a, b] = await desk.hold('work', channel, 2);
      return [a, b].map((message) => [
        message?.content.toString(),
        message?.fields.redelivered,
        message?.properties.headers?.['x-delivery-count'] ?? 0,
      ]);
    },
    expected: [
      ['a', true, 1],
      ['b', false, 0],
    ],
  },
  {
    name: 'a headers exchange compares headers that begin with "x-" where a binding says so',
    since: '3.10',
    run: async (desk) => {
      const exchange = await desk.exchange('papers', 'headers');
      const channel = await desk.channel();
      const bound = async (name: string, match: string): Promise<void> => {
        const wanted = { 'x-match': match, 'x-kind': 'a', pages: 2 };
        await channel.bindQueue(await desk.queue(name), exchange, '', wanted);
      };
      for (const match of ['all', 'any', 'all-with-x', 'any-with-x']) await bound(match, match);
      await desk.publish(exchange, '', 'both', { headers: { 'x-kind': 'a', pages: 2 } });
      await desk.publish(exchange, '', 'pages', { headers: { 'x-kind': 'b', pages: 2 } });
      await desk.publish(exchange, '', 'kind', { headers: { 'x-kind': 'a', pages: 3 } });
      const got: string[][] = [];
      for (const match of ['all', 'any', 'all-with-x', 'any-with-x']) got.push(await desk.drain(match));
      const odd = await desk.refusal((one) => one.bindQueue(desk.name('all'), exchange, '', { 'x-match': 'some' }));
      return [...got, odd];
    },
    expected: [['both', 'pages'], ['both', 'pages'], ['both'], ['both', 'pages', 'kind'], '406'],
  },
];
