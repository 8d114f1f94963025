import { EventEmitter } from 'node:events';
import type { Channel, ConsumeMessage } from 'amqplib';
import * as fc from 'fast-check';
import { DeliveryChannel } from './delivery-channel';

/** What the broker was told, and the tags that it still waits to be told about. */
class FakeChannel extends EventEmitter {
  readonly told: string[] = [];
  readonly unsettled = new Set<number>();
  /** As amqplib is from the asking for a close to its answer: nothing is sent, and 'close' has not come yet. */
  isClosing = false;

  ack({ fields }: ConsumeMessage, allUpTo: boolean): void {
    if (this.isClosing) throw new Error('Channel closing');
    this.told.push(allUpTo ? `ack up to ${fields.deliveryTag}` : `ack ${fields.deliveryTag}`);
    for (const tag of this.unsettled) {
      if (tag === fields.deliveryTag || (allUpTo && tag < fields.deliveryTag)) this.unsettled.delete(tag);
    }
  }

  nack({ fields }: ConsumeMessage, allUpTo: boolean, requeue: boolean): void {
    this.told.push(`nack ${fields.deliveryTag} ${allUpTo} ${requeue}`);
    this.unsettled.delete(fields.deliveryTag);
  }

  close(): Promise<void> {
    this.told.push('close');
    this.emit('close');
    return Promise.resolve();
  }
}

const tagged = (deliveryTag: number) => ({ fields: { deliveryTag } });
const endOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function open(...tags: number[]) {
  const amqp = new FakeChannel();
  const channel = new DeliveryChannel(amqp as unknown as Channel);
  for (const tag of tags) {
    amqp.unsettled.add(tag);
    channel.received(tagged(tag));
  }
  return { amqp, channel };
}

describe('acknowledging', () => {
  it('tells everything up to a tag at once when nothing before it is open', async () => {
    const { amqp, channel } = open(1, 2, 3, 4);
    for (const tag of [2, 1, 3]) channel.ack(tagged(tag));
    expect(amqp.told).toEqual([]);
    await endOfTurn();
    expect(amqp.told).toEqual(['ack up to 3']);
    expect([...amqp.unsettled]).toEqual([4]);
  });

  it('tells one by one what is behind a delivery that is still open', async () => {
    const { amqp, channel } = open(1, 2, 3, 4);
    for (const tag of [1, 3, 4]) channel.ack(tagged(tag));
    await endOfTurn();
    expect(amqp.told).toEqual(['ack up to 1', 'ack 3', 'ack 4']);
    channel.ack(tagged(2));
    await endOfTurn();
    expect(amqp.unsettled.size).toBe(0);
  });

  it('does not wait for the end of the turn when nothing else is open', () => {
    const { amqp, channel } = open(5);
    channel.ack(tagged(5));
    expect(amqp.told).toEqual(['ack 5']);
  });

  it('never includes what was given back', async () => {
    const { amqp, channel } = open(1, 2, 3);
    channel.ack(tagged(1));
    channel.requeue(tagged(2));
    channel.ack(tagged(3));
    await endOfTurn();
    expect(amqp.told).toEqual(['nack 2 false true', 'ack up to 3']);
  });

  it('comes before the close of the channel', async () => {
    const { amqp, channel } = open(1, 2);
    channel.ack(tagged(1));
    await channel.close();
    expect(amqp.told).toEqual(['ack up to 1', 'close']);
  });

  it('throws when the channel has closed, and then tells nothing any more', async () => {
    const { amqp, channel } = open(1, 2);
    channel.ack(tagged(1));
    amqp.emit('close');
    expect(channel.isClosed).toBe(true);
    expect(() => channel.ack(tagged(2))).toThrow('the channel has closed');
    await endOfTurn();
    expect(amqp.told).toEqual([]);
  });

  it('is told to nobody while the channel is being closed, without an error that nobody could catch', async () => {
    const { amqp, channel } = open(1, 2, 3);
    channel.ack(tagged(1));
    amqp.isClosing = true;
    await endOfTurn();
    channel.ack(tagged(2));
    await channel.close();
    expect(amqp.told).toEqual(['close']);
  });

  it('never includes a message that a handler has fetched for itself on the channel', async () => {
    const { amqp, channel } = open(1);
    amqp.unsettled.add(2); // basic.get
    amqp.unsettled.add(3);
    channel.received(tagged(3));
    for (const tag of [1, 3]) channel.ack(tagged(tag));
    await endOfTurn();
    expect([...amqp.unsettled]).toEqual([2]);
  });

  it('settles exactly what was settled, in whatever order and turns', async () => {
    const step = fc.record({ pick: fc.nat(), verb: fc.constantFrom('ack', 'requeue', 'turn', 'receive') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const { amqp, channel } = open(1, 2, 3);
        const unsettled = [1, 2, 3];
        let last = 3;
        for (const { pick, verb } of steps) {
          if (verb === 'turn') await endOfTurn();
          if (verb === 'receive') {
            last += 1;
            unsettled.push(last);
            amqp.unsettled.add(last);
            channel.received(tagged(last));
          }
          if ((verb !== 'ack' && verb !== 'requeue') || unsettled.length === 0) continue;
          const [tag = 0] = unsettled.splice(pick % unsettled.length, 1);
          channel[verb](tagged(tag));
        }
        await endOfTurn();
        expect([...amqp.unsettled]).toEqual(unsettled);
      }),
      { numRuns: 200 },
    );
  });
});
