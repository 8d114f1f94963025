import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { NotConnectedError, TopologyError } from '../errors';
import { routeTo } from '../topology/routes';
import type { BrokerConnection, ConnectionObserver } from './broker-connection';
import { Publisher } from './publisher';
import type { DeclareRoute } from './route-declarations';

/** A confirm channel that the test looks at, and whose confirms it gives. */
class FakeChannel extends EventEmitter {
  readonly published: string[] = [];
  readonly ids: string[] = [];

  publish(
    _exchange: string,
    routingKey: string,
    _content: Buffer,
    { messageId }: { messageId: string },
    confirm: () => void,
  ): boolean {
    this.published.push(routingKey);
    this.ids.push(messageId);
    confirm();
    return true;
  }
}

/** A connection of amqplib whose channel opens when the test says so. */
function fakeModel() {
  let open: (channel: FakeChannel) => void = () => undefined;
  const channel = new Promise<FakeChannel>((resolve) => {
    open = resolve;
  });
  return { model: { createConfirmChannel: () => channel }, open };
}

function publisherOn(declareRoute: DeclareRoute = () => Promise.resolve()) {
  let observer: ConnectionObserver | undefined;
  const connection = {
    state: 'open',
    open: () => undefined,
    observe: (by: ConnectionObserver) => {
      observer = by;
    },
  };
  const limits = { publishBufferMessages: 1_000, publishBufferBytes: 1_000_000 };
  const publisher = new Publisher(connection as unknown as BrokerConnection, limits, declareRoute);
  const opened = ({ model }: ReturnType<typeof fakeModel>): void => observer?.opened(model as unknown as ChannelModel);
  return { connection, publisher, opened, lost: () => observer?.lost() };
}

const message = { content: Buffer.from('body'), properties: { messageId: '1', headers: {} } };

describe('a connection that is lost in the same breath in which its channel is opened', () => {
  it('leaves no dead channel behind: what is added waits for the next one', async () => {
    const { publisher, opened, lost } = publisherOn();
    const [first, second] = [fakeModel(), fakeModel()];
    const [dead, alive] = [new FakeChannel(), new FakeChannel()];
    opened(first);
    first.open(dead);
    lost();
    const added = publisher.publish(routeTo('work'), message, 5_000);
    opened(second);
    await new Promise((resolve) => void setImmediate(resolve)); // its routes are declared before its channel is open
    second.open(alive);
    await added;
    expect([dead.published, alive.published]).toEqual([[], ['work']]);
  });
});

describe('messages whose route is being declared', () => {
  const MANY = 100;
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  /** A publisher whose channel is open, and for which `slow` is declared by this. */
  function started(declareSlow: () => Promise<void>) {
    const { connection, publisher, opened, lost } = publisherOn((_connection, { queue }) =>
      queue === 'slow' ? declareSlow() : Promise.resolve(),
    );
    const [model, channel] = [fakeModel(), new FakeChannel()];
    opened(model);
    model.open(channel);
    const add = (queue: string, id: string, route = routeTo(queue)): Promise<void> =>
      publisher.publish(route, { ...message, properties: { ...message.properties, messageId: id } }, 5_000);
    return { connection, publisher, channel, add, lost };
  }

  const ids = Array.from({ length: MANY }, (_, index) => `slow ${index}`);

  it('stand aside while others leave, and leave in their order when it is there, before who came later', async () => {
    let isDeclared: () => void = () => undefined;
    const declaring = new Promise<void>((resolve) => (isDeclared = resolve));
    const { channel, add } = started(() => declaring);
    let looks = 0;
    const slow = {
      ...routeTo('slow'),
      get queue() {
        looks += 1;
        return 'slow';
      },
    };
    const added = ids.map((id) => add('slow', id, slow));
    for (let index = 0; index < MANY; index += 1) await add('quick', `quick ${index}`);
    expect(channel.ids.filter((id) => id.startsWith('slow'))).toEqual([]);
    // Each of them a few times, and not with each of the others.
    expect(looks).toBeLessThan(4 * MANY);

    isDeclared();
    added.push(add('slow', 'late', slow));
    await Promise.all(added);
    expect(channel.ids.slice(MANY)).toEqual([...ids, 'late']);
  });

  it('are refused together when the broker refuses it', async () => {
    const refusal = new TopologyError('slow', 403, 'No.');
    const { publisher, add } = started(() => Promise.reject(refusal));
    const ends = await Promise.allSettled(ids.map((id) => add('slow', id)));
    expect(ends.filter((end) => end.status === 'rejected' && end.reason === refusal)).toHaveLength(MANY);
    expect([publisher.pending, publisher.pendingBytes]).toEqual([0, 0]);
  });

  it('are not forgotten when it fails for another reason: it is asked for again', async () => {
    let asked = 0;
    const { publisher, channel, add } = started(() => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('the channel closed')) : Promise.resolve();
    });
    const added = Promise.all(ids.map((id) => add('slow', id)));
    await turn();
    expect([channel.ids, publisher.pending]).toEqual([[], MANY]);
    jest.advanceTimersByTime(50);
    await added;
    expect([channel.ids, asked]).toEqual([ids, 2]);
  });

  it('have their deadline meanwhile', async () => {
    const { publisher, channel, add } = started(() => new Promise(() => undefined));
    const end = add('slow', 'too late').catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(5_050);
    expect(await end).toBeInstanceOf(NotConnectedError);
    expect([channel.ids, publisher.pending]).toEqual([[], 0]);
  });

  it('are given up at once when the connection is closed for good', async () => {
    const { connection, channel, add, lost } = started(() => new Promise(() => undefined));
    const added = add('slow', 'in vain');
    await turn();
    connection.state = 'closed';
    lost();
    await expect(added).rejects.toThrow('the connection was closed');
    expect(channel.ids).toEqual([]);
  });
});
