import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { writeInBatches } from '../../libs/queue/src/connection/frame-batch';
import { closingAfterEach } from '../support/closing';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';

const open = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

/** amqplib's socket, which is in none of its types. */
const socketOf = ({ connection }: ChannelModel): Duplex => (connection as unknown as { stream: Duplex }).stream;

/** How often the operating system is asked to write from now on. */
function countWrites(model: ChannelModel): () => number {
  const spies = [jest.spyOn(socketOf(model), '_write'), jest.spyOn(socketOf(model) as Required<Duplex>, '_writev')];
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

async function connected(url = vhost.url): Promise<ChannelModel> {
  const model = await connect(url, { noDelay: true });
  model.on('error', () => undefined);
  open({ close: () => model.close().catch(() => undefined) });
  writeInBatches(model);
  return model;
}

async function channelOf(model: ChannelModel, queue: string): Promise<ConfirmChannel> {
  const channel = await model.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true });
  return channel;
}

const confirmed = (channel: ConfirmChannel, queue: string, body: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    channel.sendToQueue(queue, body, {}, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });

describe('what is written on a connection', () => {
  it('in one turn leaves in one write, over all channels, in its order', async () => {
    const model = await connected();
    const [first, second] = [await channelOf(model, 'one'), await channelOf(model, 'two')];
    const writes = countWrites(model);
    const confirms = Array.from({ length: 20 }, (_, index) => [
      confirmed(first, 'one', Buffer.from(`${index}`)),
      confirmed(second, 'two', Buffer.from(`${index}`)),
    ]);
    expect(writes()).toBe(0);
    await Promise.all(confirms.flat());
    expect(writes()).toBe(1);
    for (const queue of ['one', 'two']) {
      const bodies = (await vhost.takeAll(queue)).map(({ content }) => content.toString());
      expect(bodies).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
    }
  });

  it('leaves in one write also when large messages are among small ones', async () => {
    const model = await connected();
    const channel = await channelOf(model, 'mixed');
    const bodies = [10, 20_000, 10, 10, 30_000, 5_000, 10].map((size, index) => Buffer.alloc(size, index));
    const writes = countWrites(model);
    await Promise.all(bodies.map((body) => confirmed(channel, 'mixed', body)));
    expect(writes()).toBe(1);
    const taken = await vhost.takeAll('mixed');
    expect(taken.map(({ content }, index) => content.equals(bodies[index] ?? Buffer.alloc(0)))).toEqual(
      bodies.map(() => true),
    );
  });

  it('is whole, whatever its size', async () => {
    const channel = await channelOf(await connected(), 'sizes');
    const bodies = [0, 1, 2_000, 65_535, 65_536, 3_000_000].map((size) => Buffer.alloc(size, size % 251));
    await Promise.all(bodies.map((body) => confirmed(channel, 'sizes', body)));
    const taken = await vhost.takeAll('sizes');
    expect(taken.map(({ content }, index) => content.equals(bodies[index] ?? Buffer.alloc(0)))).toEqual(
      bodies.map(() => true),
    );
  });

  it('is not overtaken by the close of the connection', async () => {
    const model = await connected();
    const channel = await channelOf(model, 'closed');
    for (let index = 0; index < 50; index += 1) channel.sendToQueue('closed', Buffer.from('kept'));
    await model.close();
    expect(await vhost.takeAll('closed')).toHaveLength(50);
  });

  it('waits for a socket that does not keep up, and goes on when it does', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    const channel = await channelOf(await connected(proxy.url), 'slow');
    proxy.throttle(100_000);
    const body = Buffer.alloc(100_000);
    const confirms: Promise<void>[] = [];
    /** Whether there is room for more. */
    const send = (): boolean => {
      let hasRoom = false;
      confirms.push(
        new Promise((resolve) => {
          hasRoom = channel.sendToQueue('slow', body, {}, () => resolve());
        }),
      );
      return hasRoom;
    };
    while (send() && confirms.length < 500) await new Promise((resolve) => void setImmediate(resolve));
    expect(confirms.length).toBeLessThan(500);
    const drained = once(channel, 'drain');
    proxy.heal({ cut: false });
    await drained;
    await Promise.all(confirms);
    expect(await vhost.takeAll('slow')).toHaveLength(confirms.length);
  });

  it('is dropped when the socket has ended within the turn: the broker takes back what it handed out', async () => {
    const model = await connected();
    const channel = await channelOf(model, 'dropped');
    const failed = jest.fn();
    model.on('error', failed);
    const closed = new Promise((resolve) => void model.once('close', resolve));
    channel.sendToQueue('dropped', Buffer.from('a'));
    socketOf(model).end();
    channel.sendToQueue('dropped', Buffer.from('b'));
    await closed;
    expect(failed.mock.calls.flat().map(String)).not.toEqual([expect.stringContaining('write after end')]);
    expect(failed).toHaveBeenCalledTimes(1);
  });
});
