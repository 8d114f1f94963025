import { InvalidOrderError, Steering, TopologyError } from '@app/queue';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { gate } from '../support/gate';
import { stays } from '../support/stays';
import { SteeredWorker, foreman, once } from '../support/steered-tasks';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { BrokerConnection } from '../../libs/queue/src/connection/broker-connection';
import { Publisher } from '../../libs/queue/src/connection/publisher';
import { QueueEvents } from '../../libs/queue/src/events';
import { controlStreamPlan } from '../../libs/queue/src/steering/control-stream';
import { Steering as SteeringOfItsOwn } from '../../libs/queue/src/steering/steering';
import type { SteeringPace } from '../../libs/queue/src/steering/steering-pace';
import { routeDeclarer } from '../../libs/queue/src/topology/declare';
import { WORKER_NAME } from '../../libs/queue/src/worker-name';

const closing = closingAfterEach();
let vhost: Vhost;
beforeEach(async () => {
  vhost = closing(await Vhost.open());
});

describe('a paused queue', () => {
  it('is taken from by no worker until it is resumed, and what runs goes on', async () => {
    const { open, opened } = gate();
    const { worker, steering, runs } = closing(
      await SteeredWorker.start(vhost, (text) => (text === 'a' ? opened : null)),
    );
    await worker.queue.add(once, 'a');
    await worker.sees('task.started');
    await steering.pause('steered', 'anna', 'the shop is closed');
    await worker.sees('queue.paused');
    await waitFor('no consumer', async () => (await vhost.consumers('steered')) === 0);
    await worker.queue.add(once, 'b');
    // Nor is it looked into for suspects: those of the other queue, which are looked at after it, are run.
    for (const [queue, pattern] of [
      ['steered', 'once'],
      ['unsteered', 'other'],
    ] as const) {
      const message = JSON.stringify({ pattern, data: `suspect of ${queue}` });
      vhost.publish(`${queue}.quarantine`, message, { messageId: queue, headers: { 'x-crashes': 2 } });
    }
    open();
    await worker.sees('task.completed', 2);
    await stays('nothing is taken', () => runs.length === 2, 200);
    expect(steering.paused.get('steered')).toEqual({
      queue: 'steered',
      by: 'anna',
      at: expect.any(Number),
      reason: 'the shop is closed',
    });
    expect(worker.readiness()).toEqual({
      isReady: true,
      problems: [],
      remarks: [expect.stringMatching(/^queue "steered" is paused by anna since 20.+ \(the shop is closed\)$/)],
    });
    expect(await vhost.consumers('unsteered')).toBe(1);
    await steering.resume('steered', 'ben');
    await worker.sees('task.completed', 4);
    expect(await worker.sees('queue.resumed')).toMatchObject({ queue: 'steered', by: 'ben' });
    expect(worker.readiness()).toEqual({ isReady: true, problems: [] });
    expect(runs.slice(0, 2)).toEqual(['a', 'suspect of unsteered']);
    expect(runs.slice(2).toSorted()).toEqual(['b', 'suspect of steered']);
  });

  it('stays paused for a worker that is started later, which is up and ready, and tells when it consumes for the first time', async () => {
    const app = closing(await foreman(vhost));
    await app.app.get(Steering).pause('steered', 'anna');
    await app.queue.add(once, 'a');
    const { worker, runs } = closing(await SteeredWorker.start(vhost));
    expect(worker.readiness().isReady).toBe(true);
    expect(worker.seen('queue.paused')).toMatchObject([{ queue: 'steered', by: 'anna', reason: undefined }]);
    await stays('nothing is taken', () => runs.length === 0, 200);
    await app.app.get(Steering).resume('steered', 'anna');
    await worker.sees('task.completed');
    expect(
      worker
        .seen('consumer.started')
        .map(({ queue }) => queue)
        .toSorted(),
    ).toEqual(['steered', 'unsteered']);
  });

  it('stays paused when the connection is lost, and one that is resumed meanwhile is consumed', async () => {
    const { worker, steering, runs } = closing(await SteeredWorker.start(vhost));
    await steering.pause('steered', 'anna');
    await steering.pause('unsteered', 'anna');
    await worker.sees('queue.paused', 2);
    await vhost.closeConnections('warren consuming');
    await worker.sees('connection.lost');
    await steering.resume('unsteered', 'anna');
    await worker.queue.add(once, 'a');
    await worker.sees('queue.resumed');
    await waitFor('a consumer', async () => (await vhost.consumers('unsteered')) === 1);
    await stays('nothing is taken', () => runs.length === 0, 200);
    expect(await vhost.consumers('steered')).toBe(0);
  });
});

describe('a worker', () => {
  it('that is told to be quiet takes nothing new, finishes what runs, and stays up until it is told to stop, which it says once', async () => {
    const { open, opened } = gate();
    const { worker, steering, runs } = closing(await SteeredWorker.start(vhost, () => opened));
    await worker.queue.add(once, 'a');
    await worker.sees('task.started');
    await steering.quiet('another-worker', 'anna');
    await steering.quiet(WORKER_NAME, 'ben');
    expect(await worker.sees('worker.quieted')).toEqual({ event: 'worker.quieted', by: 'ben' });
    await waitFor('no consumer', async () => (await vhost.consumers('steered')) === 0);
    await worker.queue.add(once, 'b');
    open();
    await worker.sees('task.completed');
    await stays('nothing is taken', () => runs.length === 1, 200);
    expect(worker.readiness()).toEqual({
      isReady: true,
      problems: [],
      remarks: ['the worker takes nothing new: ben asked for it'],
    });
    expect(worker.seen('worker.dismissed')).toEqual([]);
    await steering.stop(WORKER_NAME, 'anna');
    await worker.sees('worker.dismissed');
    await steering.stop(WORKER_NAME, 'anna');
    await steering.pause('steered', 'anna');
    await waitFor('both to be read', () => steering.paused.has('steered'));
    expect(worker.seen('worker.dismissed')).toEqual([{ event: 'worker.dismissed', by: 'anna' }]);
    expect(worker.seen('worker.quieted')).toHaveLength(1);
  });

  it('that may not use the stream works as ever and says so, and orders are refused with what is missing', async () => {
    const user = await BrokerUser.create(vhost.url);
    try {
      const notTheStream = '^(?!warren\\.control$).*$';
      await user.allow({ configure: notTheStream, write: notTheStream, read: notTheStream });
      const { worker, steering } = closing(await SteeredWorker.start(vhost, () => undefined, { urls: [user.url] }));
      expect(await worker.sees('control.unread')).toMatchObject({ why: expect.stringContaining('warren.control') });
      expect(worker.seen('control.unread')).toHaveLength(1);
      await worker.queue.add(once, 'a');
      await worker.sees('task.completed');
      const refused = steering.cancel('a', 'anna');
      await expect(refused).rejects.toThrow(TopologyError);
      await expect(refused).rejects.toThrow(/no permission for stream "warren.control"/);
      expect(worker.seen('control.sent')).toEqual([]);
    } finally {
      await user.remove();
    }
  });
});

/** Makes one without a worker. */
function steeringMaker(): (pace: Partial<SteeringPace>) => SteeringOfItsOwn {
  const events = new QueueEvents();
  const settings = { urls: [vhost.url], heartbeat: 30, connectTimeout: 5_000, reconnectDelay: 50 };
  const connect = (): BrokerConnection => closing(new BrokerConnection('browsing', settings, events));
  const publisher = new Publisher(
    connect(),
    { publishBufferMessages: 100, publishBufferBytes: 100_000 },
    routeDeclarer([], 'classic', [controlStreamPlan]),
  );
  return (pace) =>
    closing(new SteeringOfItsOwn(connect(), publisher, { publishTimeout: 5_000, reconnectDelay: 50 }, events, pace));
}

describe('an order', () => {
  it('that says too little is refused, and nothing is sent', async () => {
    const steering = steeringMaker()({});
    await expect(steering.cancel('', 'anna')).rejects.toThrow(InvalidOrderError);
    await expect(steering.cancel([], 'anna')).rejects.toThrow(InvalidOrderError);
    await expect(steering.pause('steered', '')).rejects.toThrow(/by: must say who asks for it/);
  });
});

describe('a pause that grows old in the stream', () => {
  it('is said again, once, so that later workers know it', async () => {
    const open = steeringMaker();
    const steering = open({ limits: { cancels: 10, queues: 10, bytes: 2_000 }, repeatWithin: 10 });
    await steering.open();
    await steering.pause('steered', 'anna', 'why');
    for (let count = 0; count < 12; count += 1) await steering.cancel(`id-${count}`, 'anna');
    let kinds: string[] = [];
    await waitFor(
      () => `the second pause; the stream has ${kinds.join()}`,
      async () => {
        kinds = await kindsIn(vhost);
        return kinds.filter((kind) => kind === 'pause').length === 2;
      },
    );
    expect(kinds.indexOf('pause')).toBeLessThan(kinds.lastIndexOf('pause') - 6);
    const late = open({});
    await late.open();
    expect(late.paused.get('steered')).toMatchObject({ by: 'anna', reason: 'why' });
  });
});

describe('a run that reports its progress', () => {
  it('is heard at once and then four times a second at most, the latest; and what it said last is heard before its failure; a fraction that is none is said, and ends nothing', async () => {
    const { worker } = closing(
      await SteeredWorker.start(vhost, (text, context) => {
        if (text === 'percent') context.progress(40);
        for (let step = 1; step <= 1_000; step += 1) context.progress(step / 1_000, `step ${step}`);
        if (text === 'fails') throw new Error('no');
      }),
    );
    await worker.queue.add(once, 'completes');
    await worker.sees('task.completed');
    expect(worker.seen('task.progress')).toMatchObject([{ name: 'once', fraction: 0.001, note: 'step 1' }]);
    await worker.queue.add(once, 'fails');
    await worker.sees('task.dead-lettered');
    expect(worker.seen('task.progress').map(({ note }) => note)).toEqual(['step 1', 'step 1', 'step 1000']);
    const order = worker.events.map(({ event }) => event);
    expect(order.lastIndexOf('task.progress')).toBeLessThan(order.indexOf('task.dead-lettered'));
    await worker.queue.add(once, 'percent');
    await worker.sees('task.completed', 2);
    expect(worker.seen('progress.ignored')).toMatchObject([{ name: 'once', fraction: 40 }]);
  });
});

/** What the control stream holds now, by kind; marks are left out. */
async function kindsIn({ url }: Vhost): Promise<string[]> {
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    await channel.prefetch(100);
    const kinds: string[] = [];
    const { messageCount } = await channel.checkQueue('warren.control');
    let count = 0;
    await channel.consume(
      'warren.control',
      (message) => {
        if (message === null) return;
        count += 1;
        channel.ack(message);
        if (message.content.length > 0) kinds.push((JSON.parse(message.content.toString()) as { kind: string }).kind);
      },
      { arguments: { 'x-stream-offset': 'first' } },
    );
    await waitFor('the whole stream', () => count >= messageCount);
    return kinds;
  } finally {
    await connection.close();
  }
}
