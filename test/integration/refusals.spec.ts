import { AccessDeniedError, TopologyError, defineQueue, defineTask } from '@app/queue';
import type { QueueType } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { connect } from 'amqplib';
import type { Channel } from 'amqplib';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import { BrokerUser } from '../support/broker-user';
import { SteeredWork } from '../support/steered-work';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/*
 * No test here looks for unhandled rejections and uncaught exceptions, because jest does: one fails the test that was
 * running. That they end no process is shown with real ones, in test/e2e/refusals.e2e-spec.ts.
 */

const payload = z.object({ name: z.string() });

function taskOn(name: string, type: QueueType) {
  return defineTask({ name: `task of ${name}`, queue: defineQueue({ name, type }), payload });
}

const task = taskOn('work', 'classic');
const replicated = taskOn('work', 'quorum');
const other = taskOn('other', 'classic');

@Controller()
class WorkController {
  constructor(private readonly work: SteeredWork) {}

  @EventPattern([task.name, other.name])
  async run(@Payload() { name }: { name: string }): Promise<void> {
    await this.work.run(name);
    if (name.startsWith('bad')) throw new Error('it is bad');
  }
}

let vhost: Vhost;
let user: BrokerUser;
let work: SteeredWork;
let worker: TestWorker;

const everything = { configure: '.*', write: '.*', read: '.*' };

beforeEach(async () => {
  vhost = await Vhost.open();
  user = await BrokerUser.create(vhost.url);
  await user.allow(everything);
  work = new SteeredWork();
});

afterEach(async () => {
  await worker.close();
  await user.remove();
  await vhost.close();
});

async function create({ tasks = [task], url = user.url } = {}): Promise<void> {
  worker = await TestWorker.create({
    urls: [url],
    tasks,
    controllers: [WorkController],
    providers: [{ provide: SteeredWork, useValue: work }],
  });
}

/** What a start is refused with. */
async function refusalOf(options: { tasks?: (typeof task)[]; url?: string } = {}): Promise<Error> {
  await create(options);
  const refused = await worker.listen().then(
    () => new Error('it has started'),
    (error: unknown) => error as Error,
  );
  expect(refused.message).not.toContain(user.password);
  expect(JSON.stringify(worker.events)).not.toContain(user.password);
  return refused;
}

/** Readiness says exactly this, as soon as the worker has noticed. */
async function says(...problems: (string | RegExp)[]): Promise<void> {
  await waitFor(
    () => `readiness to say ${problems.join(', ')}; it says ${JSON.stringify(worker.readiness())}`,
    () => {
      const { isReady, problems: said } = worker.readiness();
      const isSaid = problems.every((problem) => said.some((sentence) => sentence.match(problem) !== null));
      return isReady === (problems.length === 0) && said.length === problems.length && isSaid;
    },
  );
}

/** Every test of a worker that goes on ends with this: it is ready, has one consumer, and does its work. */
async function works(definition = task): Promise<void> {
  await says();
  expect(JSON.stringify(worker.events)).not.toContain(user.password);
  await worker.queue.add(definition, { name: 'the next one' });
  await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
  await waitFor('exactly one consumer', async () => (await vhost.consumers(definition.queue.name)) === 1);
}

/** Another program on the same virtual host, with a connection of its own. */
async function asAnother<T>(use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(vhost.url);
  try {
    return await use(await connection.createChannel());
  } finally {
    await connection.close();
  }
}

const REMEDY = 'Change QUEUE_TYPE or the queue’s definition to match it, or delete the queue once it is empty.';

describe('a queue that exists in another form', () => {
  it.each<[string, string, object, typeof task, ...string[]]>([
    [
      'work',
      'as a quorum queue, declared classic',
      { durable: true, arguments: { 'x-queue-type': 'quorum' } },
      task,
      'Queue "work" exists with x-queue-type = quorum, and this app declares none.',
      'Queue "work" exists with x-queue-type = quorum, and this app declares classic.', // RabbitMQ 4
    ],
    [
      'work',
      'as a classic queue, declared quorum',
      { durable: true },
      replicated,
      'Queue "work" exists with x-dead-letter-exchange = none, and this app declares \'\'.',
    ],
    [
      'work',
      'with a time to live',
      { durable: true, arguments: { 'x-message-ttl': 1_000 } },
      task,
      'Queue "work" exists with x-message-ttl = 1000, and this app declares none.',
    ],
    [
      'work',
      'as one that does not survive a restart',
      { durable: false },
      task,
      'Queue "work" exists with durable = false, and this app declares true.',
    ],
    [
      'work.dlq',
      'as a dead-letter queue whose messages vanish',
      { durable: true, arguments: { 'x-message-ttl': 1_000 } },
      task,
      'Queue "work.dlq" exists with x-message-ttl = 1000, and this app declares none.',
    ],
  ])('%s, %s, is refused at the start in one sentence; once it is gone the worker starts', async (...row) => {
    const [name, , existing, definition, ...sentences] = row;
    await vhost.channel.assertQueue(name, existing);
    const refusal = await refusalOf({ tasks: [definition] });
    expect(refusal).toBeInstanceOf(TopologyError);
    expect(refusal).toMatchObject({ queue: name, code: 406 });
    expect(sentences.map((sentence) => `${sentence} ${REMEDY}`)).toContain(refusal.message);
    await worker.close();

    await vhost.channel.deleteQueue(name);
    await create();
    for (const part of ['dlq', 'quarantine']) await vhost.channel.deleteQueue(`work.${part}`); // declared by the refused start
    await worker.listen();
    await works();
  });
});

describe('a queue that belongs to somebody else', () => {
  it('alone is refused at the start', async () => {
    await asAnother(async (channel) => {
      await channel.assertQueue('work', { exclusive: true, durable: true });
      const refusal = await refusalOf();
      expect(refusal).toBeInstanceOf(TopologyError);
      expect(refusal).toMatchObject({ queue: 'work', code: 405 });
      expect(refusal.message).toMatch(
        /^Queue "work" is locked: it exists as exclusive or not durable; delete it, or use another name \(RESOURCE_LOCKED .*\)\.$/,
      );
    });
  });

  it('who consumes it exclusively is refused at the start', async () => {
    await asAnother(async (channel) => {
      await channel.assertQueue('work', { durable: true });
      await channel.consume('work', () => undefined, { exclusive: true });
      const refusal = await refusalOf();
      expect(refusal).toBeInstanceOf(TopologyError);
      expect(refusal).toMatchObject({ queue: 'work', code: 403 });
      expect(refusal.message).toBe(
        'Queue "work" is used exclusively by another consumer; stop that one or consume another queue (WORKER_QUEUES).',
      );
    });
  });
});

describe('a worker whose delay levels are refused at its start', () => {
  it('has not begun any task of its queue', async () => {
    await asAnother(async (channel) => {
      await channel.assertQueue('work', { durable: true });
      await channel.assertQueue('delay.05', { durable: true });
    });
    vhost.publish('work', JSON.stringify({ pattern: task.name, data: { name: 'waits' } }));
    expect(await refusalOf()).toMatchObject({ queue: 'delay.05', code: 406 });
    await worker.close();
    expect(work.runsOf('waits')).toBe(0);
    expect((await vhost.channel.checkQueue('work')).messageCount).toBe(1);
    expect((await vhost.take('work')).fields.redelivered).toBe(false);
  });
});

describe('a user', () => {
  it.each([
    ['configure', { ...everything, configure: '' }, 'work.dlq', 'queue'],
    ['read', { ...everything, read: '' }, 'delay.undelivered', 'exchange'],
    ['read the queue', { ...everything, read: '^delay[.]' }, 'work', 'queue'],
  ])('without the permission to %s is refused at the start', async (_what, permissions, queue, what) => {
    await user.allow(permissions);
    const refusal = await refusalOf();
    expect(refusal).toBeInstanceOf(TopologyError);
    expect(refusal).toMatchObject({ queue, code: 403 });
    expect(refusal.message).toContain(
      `The broker's user has no permission for queue "${queue}"; grant configure, write and read on it, on its ` +
        'dead-letter queue and on delay.* (ACCESS_REFUSED - ',
    );
    // RabbitMQ 4 says which access.
    expect(refusal.message).toContain(`access to ${what} '${queue}'`);
  });

  it('with a wrong password is refused at the start, and the password is not shown', async () => {
    await user.setPassword('changed');
    const refusal = await refusalOf();
    expect(refusal).toBeInstanceOf(AccessDeniedError);
    const { host, pathname } = new URL(vhost.url);
    expect(refusal.message).toContain(
      `The broker at amqp://${user.name}:***@${host}${pathname} refuses the user or the password; correct AMQP_URL (ACCESS_REFUSED`,
    );
  });

  it.each([
    ['that does not exist', () => 'nobody-made-this'],
    ['in which it has no permission', () => new URL(vhost.url).pathname.slice(1)],
  ])('of a virtual host %s is refused at the start', async (_what, name) => {
    await user.remove();
    await user.setPassword(user.password); // the same user, without any permission
    const url = new URL(user.url);
    url.pathname = name();
    const refusal = await refusalOf({ url: url.href });
    expect(refusal).toBeInstanceOf(AccessDeniedError);
    expect(refusal.message).toBe(
      `The broker at amqp://${user.name}:***@${url.host}/${name()} refuses the virtual host "${name()}": it does not ` +
        'exist, the user has no permission in it, or its limit of connections is reached; correct AMQP_URL, or create it and grant the permission.',
    );
  });
});

describe('what is refused while the worker runs', () => {
  /** The worker's connections end, and it needs everything again. */
  async function closeConnections(): Promise<void> {
    await vhost.closeConnections('warren consuming');
    await vhost.closeConnections('warren producing');
  }

  it('a queue recreated with other arguments: the others go on, readiness names it, and it heals when it is put right', async () => {
    const proxy = await AmqpProxy.open(user.url);
    await create({ tasks: [task, other], url: proxy.url });
    await worker.listen();
    const ttl = { durable: true, arguments: { 'x-message-ttl': 60_000 } };
    proxy.cutAt('queue.declare', 'held'); // or the worker might be the first to declare it again
    await vhost.channel.deleteQueue('work');
    await worker.sees('consumer.interrupted'); // of a queue that is there again RabbitMQ takes the consumer along, and tells nobody
    await vhost.channel.assertQueue('work', ttl);
    proxy.letGo();
    const sentence = 'Queue "work" exists with x-message-ttl = 60000, and this app declares none. ' + REMEDY;
    await worker.sees('consumer.interrupted', 2);
    await says(`queue "work" is not consumed (${sentence})`.replaceAll(/[()?]/g, '\\$&'));
    await worker.queue.add(other, { name: 'of the other queue' });
    await waitFor('the other queue’s task', () => work.runsOf('of the other queue') === 1);
    expect(worker.seen('connection.lost')).toEqual([]);
    expect(worker.seen('consumer.interrupted').map(({ why }) => why)).toEqual([
      'the broker cancelled the consumer (was the queue deleted?)',
      sentence, // told once, however often it is tried
    ]);

    await vhost.channel.deleteQueue('work');
    await works();
    await worker.close();
    await proxy.close();
  });

  it('a queue that somebody else has begun to consume exclusively: it heals when they leave', async () => {
    await create();
    await worker.listen();
    await asAnother(async (channel) => {
      await user.allow({ ...everything, configure: '^$' }); // or the worker might be the first to declare it again
      await vhost.channel.deleteQueue('work');
      await channel.assertQueue('work', { durable: true });
      await channel.consume('work', () => undefined, { exclusive: true });
      await user.allow(everything);
      await says(/^queue "work" is not consumed \(Queue "work" is used exclusively by another consumer/);
    });
    await works();
  });

  it('a permission that was withdrawn: it heals when it is granted again', async () => {
    await create();
    await worker.listen();
    await user.allow({ ...everything, read: '^delay[.]' });
    await closeConnections();
    await says(
      /^queue "work" is not consumed \(The broker's user has no permission for queue "(work|delay[.]undelivered)"/,
    );
    await user.allow(everything);
    await works();
  });

  it('a password that was changed: it goes on trying, and heals when the password is right again', async () => {
    await create();
    await worker.listen();
    await user.setPassword('changed');
    await closeConnections();
    await says(
      /^queue "work" is not consumed \(.*refuses the user or the password/,
      /^tasks cannot be added: the connection is reopening \(.*refuses the user or the password/,
    );
    expect(worker.readiness().problems.join()).not.toContain(user.password);
    await user.setPassword(user.password);
    await works();
  });

  it('a dead-letter queue that may not be written: the task waits, readiness says so, and it is put aside when it may', async () => {
    await user.allow({ ...everything, write: '^(work|delay[.])' }); // not the exchange through which tasks are put aside
    await create();
    await worker.listen();
    vhost.publish('work', JSON.stringify({ pattern: task.name, data: { name: 'bad' } }), { messageId: 'bad-1' });
    await says(/^1 task waits for the broker to take it to its next place$/);
    await user.allow(everything);
    await worker.sees('task.dead-lettered');
    expect((await vhost.take('work.dlq')).properties.messageId).toBe('bad-1');
    expect(work.runsOf('bad')).toBe(1);
    await works();
  });
});

describe('a broker that cannot be reached at the start', () => {
  it('is waited for; readiness says why, and the worker works as soon as it is there', async () => {
    const proxy = await AmqpProxy.reserve(user.url);
    await create({ url: proxy.url });
    const started = worker.listen();
    await says(
      /^queue "work" is not consumed \(connect ECONNREFUSED .*\)$/,
      /^tasks cannot be added: the connection is opening \(connect ECONNREFUSED .*\)$/,
    );
    await proxy.listen();
    await started;
    await works();
    await proxy.close();
  });

  it('and then refuses the queue refuses the start', async () => {
    const proxy = await AmqpProxy.reserve(user.url);
    await vhost.channel.assertQueue('work', { durable: false });
    await create({ url: proxy.url });
    const started = worker.listen();
    await says(/queue "work"/, /tasks cannot be added/);
    await Promise.all([proxy.listen(), expect(started).rejects.toThrow('exists with durable = false')]);
    await proxy.close();
  });
});
