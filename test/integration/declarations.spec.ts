import type { Channel, ChannelModel } from 'amqplib';
import { connect } from 'amqplib';
import { declareAtOnce, declareEach } from '../../libs/queue/src/connection/declarations';
import type { Declaration } from '../../libs/queue/src/connection/declarations';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';

const open = closingAfterEach();

const names = Array.from({ length: 20 }, (_, index) => `thing-${index}`);
const declarations: Declaration[] = names.flatMap((name): Declaration[] => [
  { kind: 'exchange', name, arguments: {} },
  { kind: 'queue', plan: { name, durable: true, arguments: { 'x-max-priority': 3 } } },
  { kind: 'queue-binding', to: name, from: name, pattern: '#' },
  { kind: 'exchange-binding', to: name, from: 'thing-0', pattern: name },
]);

let vhost: Vhost;
let model: ChannelModel;

beforeEach(async () => {
  vhost = await Vhost.open();
  model = open(await connect(vhost.url));
});
afterEach(() => vhost.close());

/** A channel, and how many frames the broker has sent on it. */
async function openCounted(): Promise<{ channel: Channel; answers: () => number }> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined); // the call rejects
  const accept = jest.spyOn(channel as Channel & { accept(frame: unknown): void }, 'accept');
  return { channel, answers: () => accept.mock.calls.length };
}

describe('declarations', () => {
  it('at once take one round trip, and all of them are there', async () => {
    const { channel, answers } = await openCounted();
    await declareAtOnce(channel, declarations);
    expect(answers()).toBe(1);
    for (const name of names) {
      channel.publish(name, 'any', Buffer.from(''));
      channel.publish('thing-0', name, Buffer.from(''));
    }
    await channel.prefetch(1); // all before it are in their queues
    const counts = await Promise.all(names.map(async (name) => (await channel.checkQueue(name)).messageCount));
    // Its own, and the one that came by the first exchange; the first queue takes all that comes to its exchange.
    expect(counts).toEqual([names.length + 1, ...Array.from({ length: names.length - 1 }, () => 2)]);
  });

  it('one by one change nothing of what is there', async () => {
    const { channel, answers } = await openCounted();
    await declareAtOnce(channel, declarations);
    await declareEach(channel, declarations);
    expect(answers()).toBe(1 + declarations.length);
  });

  it.each<[string, (channel: Channel) => Promise<unknown>, RegExp]>([
    [
      'a queue',
      (channel) => channel.assertQueue('thing-7', { durable: true }),
      /^Queue "thing-7" exists with x-max-priority = none, and this app declares 3\. /,
    ],
    [
      'an exchange',
      (channel) => channel.assertExchange('thing-7', 'direct', { durable: true }),
      /^Exchange "thing-7" exists in another form than this app declares \(.*type.*\); delete it, and it is declared again\.$/,
    ],
  ])('are refused because of %s: at once by a rejection, one by one by name', async (_what, assert, sentence) => {
    await assert(vhost.channel);
    const atOnce = await openCounted();
    await expect(declareAtOnce(atOnce.channel, declarations)).rejects.toThrow('PRECONDITION_FAILED');
    const each = await openCounted();
    await expect(declareEach(each.channel, declarations)).rejects.toThrow(sentence);
  });
});
