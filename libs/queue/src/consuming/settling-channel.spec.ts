import type { Channel, GetMessage } from '../connection/amqp';
import type { Delivery } from './delivery';
import { settlingChannel } from './settling-channel';

const message = (deliveryTag: number): GetMessage => ({ fields: { deliveryTag } }) as GetMessage;

/** The channel as the handler of delivery 1 sees it, what went to that delivery, and what to the real channel. */
function seenByItsHandler() {
  const said: string[] = [];
  const real: unknown[][] = [];
  const amqp = {
    get: () => Promise.resolve(message(7)),
    ack: (...args: unknown[]) => real.push(['ack', ...args]),
    nack: (...args: unknown[]) => real.push(['nack', ...args]),
  };
  const delivery = { message: message(1), channel: { amqp } } as unknown as Delivery;
  const channel = settlingChannel(delivery, {
    ack: () => said.push('ack'),
    requeue: () => said.push('requeue'),
    reject: () => said.push('reject'),
    ignore: (verb) => said.push(`ignored ${verb}`),
  }) as Channel;
  return { channel, said, real };
}

describe('the channel that a handler sees', () => {
  it('settles its own delivery, however it is named', () => {
    const { channel, said, real } = seenByItsHandler();
    channel.ack(message(1), true);
    channel.ackAll();
    channel.nack(message(1));
    channel.reject(message(1), false);
    expect(said).toEqual(['ack', 'ack', 'requeue', 'reject']);
    expect(real).toEqual([]);
  });

  it('leaves other deliveries to their handlers', () => {
    const { channel, said, real } = seenByItsHandler();
    channel.ack(message(2));
    channel.nack(message(7));
    expect(said).toEqual(['ignored ack', 'ignored nack']);
    expect(real).toEqual([]);
  });

  it('settles what the handler has fetched there for itself, and nothing else with it', async () => {
    const { channel, said, real } = seenByItsHandler();
    const [first, second] = [await channel.get('other'), await channel.get('other')];
    if (first === false || second === false) throw new Error('nothing was fetched');
    channel.ack(first, true);
    channel.reject(second, false);
    expect(real).toEqual([
      ['ack', first],
      ['nack', second, false, false],
    ]);
    expect(said).toEqual([]);
  });
});
