import { InvalidOrderError, PublishRefusedError, QueueEvents } from '@app/queue';
import { MemoryBroker } from '@app/queue/testing';
import { BrokerConnection } from '../../libs/queue/src/connection/broker-connection';
import { Publisher } from '../../libs/queue/src/connection/publisher';
import { controlStreamPlan } from '../../libs/queue/src/steering/control-stream';
import { Steering } from '../../libs/queue/src/steering/steering';
import type { SteeringPace } from '../../libs/queue/src/steering/steering-pace';
import { routeDeclarer } from '../../libs/queue/src/topology/declare';
import { CONTROL_STREAM } from '../../libs/queue/src/topology/streams';
import { closingAfterEach } from '../support/closing';
import { waitFor } from '../support/wait-for';

const closing = closingAfterEach();
const room = { publishBufferMessages: 1_000, publishBufferBytes: 100_000 };

let broker: MemoryBroker;
const events = new QueueEvents();

beforeEach(() => {
  broker = new MemoryBroker();
});

function connect(): BrokerConnection {
  const settings = { urls: ['amqp://memory'], heartbeat: 30, connectTimeout: 5_000, reconnectDelay: 10 };
  return closing(new BrokerConnection('browsing', settings, events, broker));
}

const publisherOf = (): Publisher => new Publisher(connect(), room, routeDeclarer([], 'classic', [controlStreamPlan]));

function steeringOf(pace: Partial<SteeringPace> = {}, publisher = publisherOf()): Steering {
  return closing(new Steering(connect(), publisher, { publishTimeout: 5_000, reconnectDelay: 10 }, events, pace));
}

/** What the stream holds: the kind of each order, and its marks. */
function written(): string[] {
  return broker.messages(CONTROL_STREAM).map(({ name, content }) => {
    return name === 'warren.mark' ? 'mark' : (JSON.parse(content.toString()) as { kind: string }).kind;
  });
}

describe('who reads what was ordered', () => {
  it('leaves a mark in the stream when it consumes, and none when it only looks, also after a lost connection', async () => {
    const worker = steeringOf();
    await worker.caughtUp();
    await worker.pause('images', 'anna');
    const viewer = steeringOf();
    await viewer.open();
    expect(viewer.paused.get('images')).toMatchObject({ by: 'anna' });
    expect(written()).toEqual(['mark', 'pause']);

    broker.disconnect();
    await waitFor('the mark of the worker that reads again', () => written().length === 3);
    await steeringOf().open();
    expect(written()).toEqual(['mark', 'pause', 'mark']);
  });

  it('knows all of it when the broker hands out what was written last', async () => {
    const worker = steeringOf();
    await Promise.all(Array.from({ length: 300 }, (_, index) => worker.pause(`q-${index}`, 'anna')));
    const viewer = steeringOf();
    await viewer.open();
    expect(viewer.paused.size).toBe(300);
  });
});

describe('a pause over which only marks are written', () => {
  it('is said again before the stream lets go of it', async () => {
    const limits = { cancels: 10, queues: 10, bytes: 1_000 };
    const steering = steeringOf({ limits, repeatWithin: 1 });
    await steering.open();
    await steering.pause('images', 'anna');
    for (let opening = 0; opening < 9; opening += 1) await steeringOf().caughtUp();
    await waitFor('the second pause', () => written().filter((kind) => kind === 'pause').length === 2);
    expect(written().slice(0, 10)).toEqual(['pause', ...Array<string>(9).fill('mark')]);
  });
});

describe('a cancel of more tasks than a record holds', () => {
  const ids = Array.from({ length: 501 }, (_id, index) => `task-${index}`);
  const told: string[] = [];
  events.on('control.sent', ({ subject }) => told.push(subject));

  beforeEach(() => void told.splice(0));

  it('tells of those that the broker has confirmed when it refuses the others', async () => {
    const publisher = publisherOf();
    jest.spyOn(publisher, 'publish').mockRejectedValueOnce(new PublishRefusedError('warren.control', 'full'));
    await expect(steeringOf({}, publisher).cancel(ids, 'anna')).rejects.toThrow(PublishRefusedError);
    await waitFor('the record that is confirmed to be told', () => told.length > 0);
    expect(told).toEqual(['task-500']);
  });

  it('sends none when one is no id', async () => {
    const steering = steeringOf();
    await expect(steering.cancel([...ids, ''], 'anna')).rejects.toThrow(InvalidOrderError);
    await steering.pause('images', 'anna'); // behind whatever was sent
    expect([told, written()]).toEqual([['images'], ['pause']]);
  });
});
