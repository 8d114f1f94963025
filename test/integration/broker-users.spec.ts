import {
  defineQueue,
  defineTask,
  DeadLetterQueues,
  fixed,
  queueSettings,
  readSettings,
  UnrecoverableError,
} from '@app/queue';
import type { TaskContext } from '@app/queue';
import { brokerUser } from '@app/queue/operating';
import type { BrokerRole } from '@app/queue/operating';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { connect } from 'amqplib';
import type { Channel } from 'amqplib';
import { z } from 'zod';
import { controlStreamPlan } from '../../libs/queue/src/steering/control-stream';
import type { QueuePlan } from '../../libs/queue/src/topology/queue-arguments';
import { EVENTS_STREAM, streamPlan } from '../../libs/queue/src/topology/streams';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const images = defineTask({
  name: 'resize',
  queue: defineQueue({ name: 'images.eu', type: 'quorum' }),
  payload: z.string(),
  attempts: 2,
  backoff: fixed(100),
});

@Controller()
class ResizeController {
  @EventPattern<string>('resize')
  resize(@Ctx() { attempt, headers }: TaskContext): void {
    if (headers['fails'] === true) throw new UnrecoverableError('never');
    if (attempt === 1) throw new Error('not yet');
  }
}

const open = closingAfterEach();
let vhost: Vhost;

beforeEach(async () => {
  vhost = open(await Vhost.open());
  // What somebody else has in the same virtual host.
  await vhost.channel.assertQueue('imagesxeu');
  await vhost.channel.assertQueue('mails', { durable: true });
});

/** The virtual host's address for a user with the rights that are generated for a role. */
async function urlFor(role: BrokerRole): Promise<string> {
  const user = await BrokerUser.create(vhost.url);
  open({ close: () => user.remove() });
  const { tags } = brokerUser(role, []);
  await user.setTags(tags);
  const { configure, write, read } = brokerUser(role, ['images.eu']);
  await user.allow({ configure, write, read });
  return user.url;
}

/** What the broker answers to something a user tries on a channel of its own: `allowed`, or AMQP's code. */
async function answerTo(url: string, attempt: (channel: Channel) => Promise<unknown>): Promise<unknown> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await attempt(channel);
    return 'allowed';
  } catch (error) {
    return (error as { code?: unknown }).code;
  } finally {
    await connection.close();
  }
}

const REFUSED = 403;
const consume = (queue: string) => async (channel: Channel) => {
  await channel.prefetch(1);
  const { consumerTag } = await channel.consume(queue, () => undefined, { noAck: false });
  await channel.cancel(consumerTag);
};
const declare = (queue: string) => (channel: Channel) => channel.assertQueue(queue, { durable: true });
const { eventsMaxAge: maxAge, eventsMaxBytes: maxBytes } = readSettings(queueSettings, {});
/** Declares a stream as every process does that needs it. */
const stream =
  ({ name, durable, arguments: args }: QueuePlan) =>
  (channel: Channel) =>
    channel.assertQueue(name, { durable, arguments: args });
const streams = [streamPlan(EVENTS_STREAM, { maxAge, maxBytes }), controlStreamPlan];
const bind = (queue: string) => (channel: Channel) => channel.bindQueue(queue, 'delay.delivery', '#');

describe('the users that are generated from the definitions', () => {
  it('let a producer and a worker do all they do, and nothing with another queue', async () => {
    const [producer, worker] = [await urlFor('producer'), await urlFor('worker')];
    const options = { tasks: [images], controllers: [ResizeController] };
    const handling = open(await TestWorker.start({ ...options, urls: [worker] }));
    const adding = open(await TestWorker.create({ ...options, urls: [producer] }));
    await adding.queue.add(images, 'now'); // tried again once
    await adding.queue.add(images, 'later', { delay: 200 });
    await adding.queue.add(images, 'x', { headers: { fails: true } });
    await handling.sees('task.completed', 2);
    await handling.sees('task.dead-lettered');
    expect(handling.seen('task.retrying')).toHaveLength(2);
    await vhost.settles('images.eu', { ready: 0, unacked: 0, dead: 1 });
    for (const app of [adding, handling]) expect(app.readiness()).toEqual({ isReady: true, problems: [] });

    for (const url of [producer, worker]) {
      for (const refused of [consume('mails'), consume('imagesxeu'), consume('images.eu.dlq'), declare('mails')])
        expect(await answerTo(url, refused)).toBe(REFUSED);
      expect(await answerTo(url, bind('mails'))).toBe(REFUSED);
      expect(await answerTo(url, (channel) => channel.deleteQueue('mails'))).toBe(REFUSED);
      for (const plan of streams) expect(await answerTo(url, stream(plan))).toBe('allowed');
    }
    expect(await answerTo(producer, consume('images.eu.quarantine'))).toBe(REFUSED);
    expect(await answerTo(worker, consume('images.eu.quarantine'))).toBe('allowed');
    expect(await answerTo(producer, consume('warren.events'))).toBe('allowed');
    expect(await answerTo(producer, consume('warren.control'))).toBe(REFUSED);
    expect(await answerTo(worker, consume('warren.control'))).toBe('allowed');
    expect(await answerTo(worker, consume('warren.events'))).toBe(REFUSED);
  });

  it.each<BrokerRole>(['operator', 'dashboard'])(
    'let a %s look into dead letters, redrive them and read both streams',
    async (role) => {
      const handling = open(
        await TestWorker.start({ urls: [vhost.url], tasks: [images], controllers: [ResizeController] }),
      );
      await handling.queue.add(images, 'x', { headers: { fails: true } });
      await handling.sees('task.dead-lettered');
      await handling.close();

      const url = await urlFor(role);
      const { app } = open(await TestWorker.create({ urls: [url], tasks: [images] }));
      const letters = app.get(DeadLetterQueues);
      const found: unknown[] = [];
      await waitFor('the dead letter to be listed', async () => {
        for await (const letter of letters.list()) found.push(letter.reason);
        return found.length > 0;
      });
      expect(found[0]).toBe('unrecoverable');
      expect(await letters.redrive({})).toMatchObject({ done: 1 });
      await vhost.settles('images.eu', { ready: 1, unacked: 0, dead: 0 });

      for (const plan of streams) {
        expect(await answerTo(url, stream(plan))).toBe('allowed');
        expect(await answerTo(url, consume(plan.name))).toBe('allowed');
      }
      for (const refused of [consume('mails'), declare('mails'), bind('mails')])
        expect(await answerTo(url, refused)).toBe(REFUSED);
    },
  );

  it('let the scaler see how long the queues are, and touch nothing', async () => {
    const adding = open(await TestWorker.create({ urls: [vhost.url], tasks: [images] }));
    await adding.queue.add(images, 'x');
    const scaler = new URL(await urlFor('scaler'));
    const asked = new URL(`/api/queues${scaler.pathname}/images.eu`, process.env['WARREN_TEST_MANAGEMENT_URL']);
    asked.username = '';
    asked.password = '';
    const authorization = `Basic ${Buffer.from(`${scaler.username}:${scaler.password}`).toString('base64')}`;
    await waitFor('the management to count the task', async () => {
      const { messages } = (await (await fetch(asked, { headers: { authorization } })).json()) as { messages?: number };
      return messages === 1;
    });
    for (const refused of [consume('images.eu'), declare('new'), bind('images.eu')])
      expect(await answerTo(scaler.href, refused)).toBe(REFUSED);
    const purged = await fetch(`${asked.href}/contents`, { method: 'DELETE', headers: { authorization } });
    expect(purged.ok).toBe(false);
  });
});
