import type { Scenario } from './scenario';

/** What becomes of what is published: confirms, ways, refusals. */
export const publishing: readonly Scenario[] = [
  {
    name: 'a publish is confirmed, and one that no queue takes is given back before that to whoever asks for it',
    run: async (desk) => {
      await desk.queue('work');
      return [
        await desk.publish('', desk.name('work'), 'a', { mandatory: true }),
        await desk.publish('', desk.name('nowhere'), 'b', { mandatory: true }),
        await desk.publish('', desk.name('nowhere'), 'c'),
        await desk.drain('work'),
      ];
    },
    expected: ['confirmed', 'returned, confirmed', 'confirmed', ['a']],
  },
  {
    name: 'a publish to an exchange that is not there closes the channel',
    run: async (desk) => {
      const channel = await desk.channel();
      let end: Promise<string> | undefined;
      const code = await desk.closing(channel, () => {
        end = desk.publish(desk.name('nowhere'), 'key', 'a');
      });
      return [code, await end];
    },
    expected: ['404', 'channel closed'],
  },
  {
    name: 'properties and headers arrive as they were sent',
    run: async (desk) => {
      await desk.queue('work');
      const headers = {
        text: 'ä',
        whole: 7,
        part: 1.5,
        yes: true,
        list: [1, 'two'],
        table: { deep: 'x' },
        none: undefined,
      };
      await desk.fill('work', [
        'a',
        { headers, messageId: 'id-1', type: 'kind', timestamp: 1_800_000_000, persistent: true },
      ]);
      const [message] = await desk.hold('work', await desk.channel(), 1);
      return [message?.properties, message?.fields.exchange, message?.fields.routingKey];
    },
    expected: [
      {
        headers: { text: 'ä', whole: 7, part: 1.5, yes: true, list: [1, 'two'], table: { deep: 'x' } },
        deliveryMode: 2,
        messageId: 'id-1',
        timestamp: 1_800_000_000,
        type: 'kind',
      },
      '',
      'work',
    ],
  },
  {
    name: 'a full queue refuses, or lets go of its oldest message',
    run: async (desk) => {
      await desk.queue('dead');
      await desk.queue('refusing', { maxLength: 2, overflow: 'reject-publish' });
      await desk.queue('dropping', { maxLength: 2, deadLetterExchange: '', deadLetterRoutingKey: desk.name('dead') });
      const ends: string[] = [];
      for (const body of ['a', 'b', 'c']) {
        ends.push(
          await desk.publish('', desk.name('refusing'), body),
          await desk.publish('', desk.name('dropping'), body),
        );
      }
      await desk.reaches('dead', 1);
      return [ends, await desk.drain('refusing'), await desk.drain('dropping'), await desk.drain('dead')];
    },
    expected: [
      ['confirmed', 'confirmed', 'confirmed', 'confirmed', 'message nacked', 'confirmed'],
      ['a', 'b'],
      ['b', 'c'],
      ['a'],
    ],
  },
  {
    name: 'what one of several queues refuses is refused, and kept in the others',
    run: async (desk) => {
      const channel = await desk.channel();
      const fanout = await desk.exchange('fanout', 'fanout');
      const queues = ['before', 'full', 'behind'];
      for (const name of queues) {
        await channel.bindQueue(
          await desk.queue(name, name === 'full' ? { maxLength: 1, overflow: 'reject-publish' } : {}),
          fanout,
          '',
        );
      }
      await desk.fill('full', 'first');
      const end = await desk.publish(fanout, '', 'second', { mandatory: true });
      const kept: string[][] = [];
      for (const name of queues) kept.push(await desk.drain(name));
      return [end, kept];
    },
    expected: ['message nacked', [['second'], ['first'], ['second']]],
  },
  {
    name: 'higher priorities are handed out first, and more than the most counts as the most',
    run: async (desk) => {
      await desk.queue('work', { maxPriority: 5 });
      await desk.fill(
        'work',
        ['one', { priority: 1 }],
        ['five', { priority: 5 }],
        'none',
        ['nine', { priority: 9 }],
        ['three', { priority: 3 }],
        ['again three', { priority: 3 }],
      );
      return desk.drain('work');
    },
    expected: ['five', 'nine', 'three', 'again three', 'one', 'none'],
  },
  {
    name: 'a queue without priorities knows none',
    run: async (desk) => {
      await desk.queue('work');
      await desk.fill('work', 'a', ['b', { priority: 9 }]);
      return desk.drain('work');
    },
    expected: ['a', 'b'],
  },
  {
    name: 'topic exchanges look at words: * is one, # any number',
    run: async (desk) => {
      const exchange = await desk.exchange('topic', 'topic');
      const channel = await desk.channel();
      const patterns = { all: '#', one: 'a.*', end: 'a.#', middle: '*.b.#', exact: 'a.b.c', between: 'a.#.c' };
      for (const [name, pattern] of Object.entries(patterns)) {
        await channel.bindQueue(await desk.queue(name), exchange, pattern);
      }
      for (const key of ['a', 'a.b', 'a.b.c', 'x.b', '']) await desk.publish(exchange, key, key === '' ? 'empty' : key);
      const found: Record<string, string[]> = {};
      for (const name of Object.keys(patterns)) found[name] = await desk.drain(name);
      return found;
    },
    expected: {
      all: ['a', 'a.b', 'a.b.c', 'x.b', 'empty'],
      one: ['a.b'],
      end: ['a', 'a.b', 'a.b.c'],
      middle: ['a.b', 'a.b.c', 'x.b'],
      exact: ['a.b.c'],
      between: ['a.b.c'],
    },
  },
  {
    name: 'direct, fanout and headers exchanges, and an exchange behind another; each queue once',
    run: async (desk) => {
      const channel = await desk.channel();
      const [direct, fanout, headers] = [
        await desk.exchange('direct', 'direct'),
        await desk.exchange('fanout', 'fanout'),
        await desk.exchange('headers', 'headers'),
      ];
      const work = await desk.queue('work');
      await channel.bindQueue(work, direct, 'yes');
      await channel.bindQueue(work, direct, 'also');
      await channel.bindExchange(fanout, direct, 'yes');
      await channel.bindQueue(work, fanout, '');
      await channel.bindQueue(await desk.queue('all'), headers, '', { 'x-match': 'all', kind: 'a', size: 2 });
      await channel.bindQueue(await desk.queue('any'), headers, '', { 'x-match': 'any', kind: 'a', size: 2 });
      await desk.publish(direct, 'yes', 'direct');
      await desk.publish(direct, 'no', 'lost');
      await desk.publish(headers, '', 'both', { headers: { kind: 'a', size: 2 } });
      await desk.publish(headers, '', 'half', { headers: { kind: 'a', size: 3 } });
      await channel.unbindQueue(work, direct, 'also');
      const unbound = await desk.publish(direct, 'also', 'unbound', { mandatory: true });
      return [await desk.drain('work'), await desk.drain('all'), await desk.drain('any'), unbound];
    },
    expected: [['direct'], ['both'], ['both', 'half'], 'returned, confirmed'],
  },
  {
    name: 'what an exchange has no queue for goes to its alternate exchange',
    run: async (desk) => {
      const alternate = await desk.exchange('alternate', 'fanout');
      const direct = await desk.exchange('direct', 'direct', { alternateExchange: alternate });
      await (await desk.channel()).bindQueue(await desk.queue('left over'), alternate, '');
      const end = await desk.publish(direct, 'nobody', 'a', { mandatory: true });
      return [end, await desk.drain('left over')];
    },
    expected: ['confirmed', ['a']],
  },
];
