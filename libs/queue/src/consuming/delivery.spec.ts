import type { DeliveryChannel } from '../connection/delivery-channel';
import { WorkerStoppedError } from '../errors';
import { QueueEvents } from '../events';
import type { IncomingMessage } from '../message/message';
import { Delivery } from './delivery';

/** What a channel was told, in its own words; `close()` makes it refuse as a closed one does. */
class FakeChannel {
  readonly told: unknown[][] = [];
  private isClosed = false;

  ack(message: IncomingMessage, ...rest: unknown[]): void {
    this.tell('ack', message, rest);
  }

  requeue(message: IncomingMessage, ...rest: unknown[]): void {
    this.tell('requeue', message, rest);
  }

  close(): void {
    this.isClosed = true;
  }

  private tell(verb: string, message: IncomingMessage, rest: unknown[]): void {
    if (this.isClosed) throw new Error('Channel closed');
    this.told.push([verb, message.fields.deliveryTag, ...rest]);
  }
}

function deliver(properties: IncomingMessage['properties'] = { messageId: 'id-1' }, redelivered = false) {
  const channel = new FakeChannel();
  const events = new QueueEvents();
  const ignored: string[] = [];
  events.on('settle.ignored', ({ id, verb, why }) => ignored.push(`${id}: ${verb}: ${why}`));
  const message = {
    content: Buffer.alloc(0),
    fields: { deliveryTag: 7, redelivered, exchange: '', routingKey: 'work' },
    properties,
  };
  return { delivery: new Delivery(message, channel as unknown as DeliveryChannel, 'work', events), channel, ignored };
}

const SETTLED = 'it has been settled already';
const LOST = 'its channel has closed, and the broker hands the task out again';

describe('settling a delivery', () => {
  it.each([
    ['ack', ['ack', 7]],
    ['requeue', ['requeue', 7]],
  ] as const)('%s tells the broker, of this delivery alone', (verb, told) => {
    const { delivery, channel } = deliver();
    expect(delivery.decide(verb)).toBe(true);
    expect(delivery.state).toBe('decided');
    expect(delivery[verb]()).toBe(true);
    expect(delivery.state).toBe('settled');
    expect(channel.told).toEqual([told]);
  });

  it.each(['ack', 'requeue'] as const)('a second %s sends nothing', (verb) => {
    const { delivery, channel } = deliver();
    delivery.ack();
    expect(delivery[verb]()).toBe(false);
    expect(channel.told).toHaveLength(1);
    expect(delivery.state).toBe('settled');
  });

  it('belongs to whoever decides first; the second is told, by an event', () => {
    const { delivery, ignored } = deliver();
    expect(delivery.decide('ack')).toBe(true);
    expect(delivery.decide('dead-lettered')).toBe(false);
    delivery.ack();
    expect(delivery.decide('requeue')).toBe(false);
    expect(ignored).toEqual([`id-1: dead-lettered: ${SETTLED}`, `id-1: requeue: ${SETTLED}`]);
  });

  it('is over when the channel has closed: nothing is sent, and a late end is told', () => {
    const { delivery, channel, ignored } = deliver();
    delivery.lose();
    expect(delivery.decide('ack')).toBe(false);
    expect([delivery.ack(), delivery.requeue()]).toEqual([false, false]);
    expect(channel.told).toEqual([]);
    expect(ignored).toEqual([`id-1: ack: ${LOST}`]);
  });

  it.each(['ack', 'requeue'] as const)('%s on a channel that has closed unnoticed loses the delivery', (verb) => {
    const { delivery, channel } = deliver();
    channel.close();
    expect(delivery[verb]()).toBe(false);
    expect(delivery.state).toBe('lost');
  });

  it('that has been done stays done when the channel closes later', () => {
    const { delivery } = deliver();
    delivery.ack();
    delivery.lose();
    expect(delivery.state).toBe('settled');
  });

  it('that was only decided is lost with the channel', () => {
    const { delivery } = deliver();
    delivery.decide('dead-lettered');
    delivery.lose();
    expect(delivery.state).toBe('lost');
  });
});

describe('what is known of a delivery', () => {
  it.each<[unknown, number]>([
    [undefined, 1],
    [1, 1],
    [3, 3],
    [0, 1],
    [-2, 1],
    [2.5, 1],
    [NaN, 1],
    ['3', 1],
    [null, 1],
  ])('an x-attempt of %p is attempt %d', (value, attempt) => {
    expect(deliver({ headers: { 'x-attempt': value } }).delivery.attempt).toBe(attempt);
  });

  it.each<[unknown, string | undefined]>([
    ['id-1', 'id-1'],
    ['', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('a message id of %p is the id %p', (messageId, id) => {
    expect(deliver({ messageId }).delivery.id).toBe(id);
  });

  it('is what a message of another system states; attempt and times where Warren has written nothing itself', () => {
    const stated = { id: 'theirs', attempt: 3, expiresAt: 5 };
    const { delivery: foreign } = deliver({});
    const { delivery: retried } = deliver({
      messageId: 'the client’s',
      headers: { 'x-attempt': 7, 'x-expires-at': 9 },
    });
    for (const delivery of [foreign, retried]) delivery.stated = stated;
    expect([foreign.id, foreign.attempt, foreign.expiresAt]).toEqual(['theirs', 3, 5]);
    expect([retried.id, retried.attempt, retried.expiresAt]).toEqual(['theirs', 7, 9]);
  });

  it('is handed out again in a message of the same id, which is not read for that', () => {
    const [{ delivery: read }, { delivery: again }] = [
      deliver({ messageId: 'm-1' }),
      deliver({ messageId: 'm-1' }, true),
    ];
    read.stated = { id: 'theirs' };
    expect(read.isSameTaskAs(again)).toBe(true);
    expect(read.isSameTaskAs(deliver({ messageId: 'm-2' }, true).delivery)).toBe(false);
    expect(deliver({}).delivery.isSameTaskAs(deliver({}, true).delivery)).toBe(false);
  });

  it('is told by every event: id, name once it was read, queue, attempt, redelivered', () => {
    const { delivery } = deliver({ messageId: 'id-1', headers: { 'x-attempt': 2 } }, true);
    expect(delivery.facts()).toEqual({ id: 'id-1', name: undefined, queue: 'work', attempt: 2, redelivered: true });
    delivery.name = 'resize';
    expect(delivery.facts().name).toBe('resize');
    expect(deliver({}).delivery.facts()).toMatchObject({ id: undefined, attempt: 1, redelivered: false });
  });

  it('is told of a run that begins with since when it could have begun, which is read when it is asked for and written down nowhere', () => {
    const { delivery } = deliver({ messageId: 'id-1', timestamp: 1_700_000_000 });
    const started = delivery.startFacts();
    expect(started.dueAt).toBe(1_700_000_000_000);
    expect({ ...started }).toEqual(delivery.facts());
    expect(deliver({ timestamp: 1_700_000_000 }, true).delivery.startFacts().dueAt).toBeUndefined();
  });

  it('is told of a run that begins or completes with its trace, which is read when it is asked for', () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    let reads = 0;
    const headers = Object.defineProperty({}, 'traceparent', {
      get: () => {
        reads += 1;
        return `00-${trace}-b7ad6b7169203331-01`;
      },
    });
    const { delivery } = deliver({ messageId: 'id-1', headers });
    const told = [delivery.startFacts(), delivery.endFacts(12, 'done')];
    expect(reads).toBe(0);
    expect(told.map(({ traceId }) => traceId)).toEqual([trace, trace]);
    const { traceId: _traceId, ...facts } = delivery.facts();
    expect({ ...told[1] }).toEqual({ ...facts, milliseconds: 12, result: 'done' });
  });
});

describe('the signal of a delivery', () => {
  it('fires with its reason for whoever listens', () => {
    const { delivery } = deliver();
    const { signal } = delivery;
    expect(delivery.signal.aborted).toBe(false);
    delivery.abort(new WorkerStoppedError());
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(WorkerStoppedError);
    expect(delivery.signal.aborted).toBe(true);
  });

  it('has fired for a handler that asks for it too late', () => {
    const { delivery } = deliver();
    delivery.abort(new WorkerStoppedError());
    expect(delivery.signal.aborted).toBe(true);
  });

  it('is one and the same, however often it is asked for', () => {
    const { delivery } = deliver();
    expect(delivery.signal).toBe(delivery.signal);
  });
});
