import { randomUUID } from 'node:crypto';
import { NotConnectedError, Steering, TaskHistory, defineQueue, defineTask } from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { connect } from 'amqplib';
import { z } from 'zod';
import type { OverviewAnswer } from '../../apps/dashboard/src/live/overview';
import { closingAfterEach } from '../support/closing';
import { TestDashboard } from '../support/dashboard';
import { PrivateNode } from '../support/private-node';
import { SteeredWork } from '../support/steered-work';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** The broker boots in 3 to 18 seconds. */
const OUTAGE_MS = 60_000;

const payload = z.object({ name: z.string() });
const classicTask = defineTask({
  name: 'classic',
  queue: defineQueue({ name: 'classic-work', type: 'classic' }),
  payload,
});
const quorumTask = defineTask({ name: 'quorum', queue: defineQueue({ name: 'quorum-work', type: 'quorum' }), payload });
const pausedTask = defineTask({
  name: 'paused',
  queue: defineQueue({ name: 'paused-work', type: 'classic' }),
  payload,
});
const tasks = [classicTask, quorumTask];

@Controller()
class WorkController {
  constructor(private readonly work: SteeredWork) {}

  @EventPattern([...tasks, pausedTask].map(({ name }) => name))
  async run(@Payload() { name }: { name: string }): Promise<void> {
    await this.work.run(name);
  }
}

const closing = closingAfterEach();

let node: PrivateNode;
let work: SteeredWork;
let worker: TestWorker;

beforeAll(async () => {
  node = await PrivateNode.start();
});

afterAll(() => node.stop());

beforeEach(async () => {
  work = new SteeredWork();
  worker = await TestWorker.start({
    urls: [node.url],
    tasks: [...tasks, pausedTask],
    concurrency: 5,
    eventsStream: 'on',
    publishTimeout: OUTAGE_MS,
    controllers: [WorkController],
    providers: [{ provide: SteeredWork, useValue: work }],
  });
});

afterEach(() => worker.close());

/** Adds one task after the other until it is told to stop; returns the names of those that were confirmed. */
async function keepAdding(task: TaskDefinition, confirmed: Set<string>, isOver: () => boolean): Promise<void> {
  for (let number = 1; !isOver(); number += 1) {
    const name = `${task.name} ${number}`;
    await worker.queue.add(task, { name });
    confirmed.add(name);
  }
}

/** What is in the queues when nobody holds a delivery of them any more, and who consumes them. */
async function look(): Promise<Record<string, { messages: number; consumers: number }>> {
  const connection = await connect(node.url);
  const channel = await connection.createChannel();
  const seen: Record<string, { messages: number; consumers: number }> = {};
  for (const name of ['classic-work', 'quorum-work', 'classic-work.dlq', 'quorum-work.dlq']) {
    const { messageCount, consumerCount } = await channel.checkQueue(name);
    seen[name] = { messages: messageCount, consumers: consumerCount };
  }
  await connection.close();
  return seen;
}

/** Both queues are consumed, once each, and do their work. */
async function worksAgain(): Promise<void> {
  // Of this test alone: a killed broker may hand out what was acknowledged shortly before, in an earlier test too.
  const names = tasks.map(({ name }) => `the next ${name} one, ${randomUUID()}`);
  await Promise.all(tasks.map((task, index) => worker.queue.add(task, { name: names[index] ?? '' })));
  await waitFor('the next ones to run', () => names.every((name) => work.runsOf(name) === 1));
  await waitFor('it to be ready', () => worker.readiness().isReady); // a moment later: when the delay levels are there
  await becomes({ 'classic-work': { consumers: 1 }, 'quorum-work': { consumers: 1 } });
  await worker.close();
  const none = { messages: 0, consumers: 0 };
  await becomes({ 'classic-work': none, 'quorum-work': none, 'classic-work.dlq': none, 'quorum-work.dlq': none });
}

/** A quorum queue counts a moment later what has been acknowledged and who consumes it. */
async function becomes(expected: Record<string, { messages?: number; consumers: number }>): Promise<void> {
  let seen: Awaited<ReturnType<typeof look>> = {};
  await waitFor(
    () => `${JSON.stringify(expected)}; there is ${JSON.stringify(seen)}`,
    async () => {
      seen = await look();
      return Object.entries(expected).every(([name, { messages, consumers }]) => {
        return seen[name]?.consumers === consumers && (messages ?? seen[name].messages) === seen[name].messages;
      });
    },
  );
}

describe('a broker that is killed and started again', () => {
  it('in the middle of adding and handling: nothing that was confirmed is missing, in classic and quorum queues', async () => {
    const confirmed = new Set<string>();
    let isOver = false;
    const adding = tasks.map((task) => keepAdding(task, confirmed, () => isOver));
    await waitFor('some to be confirmed', () => confirmed.size > 100);
    await node.writeDownQueues();
    // One of each runs over the whole outage.
    const long = tasks.map(({ name }) => work.hold(`long ${name}`));
    for (const task of tasks) await worker.queue.add(task, { name: `long ${task.name}` });
    await waitFor('them to run', () => tasks.every(({ name }) => work.runsOf(`long ${name}`) === 1));

    await node.kill();
    await worker.sees('consumer.interrupted', 2);
    const before = confirmed.size;
    for (const hold of long) hold.release();
    await node.restart();
    await waitFor('more to be confirmed', () => confirmed.size > before + 100, OUTAGE_MS);
    isOver = true;
    await Promise.all(adding);

    const missing = (): string[] => {
      const handled = new Set(work.runs);
      return [...confirmed].filter((name) => !handled.has(name));
    };
    await waitFor(
      () => `all to be handled; missing: ${missing().join(', ')}`,
      () => missing().length === 0,
    );
    expect(before).toBeGreaterThan(100);
    await worksAgain();
  });

  it('the dashboard says so, and knows counts, pauses and tasks again when it is back', async () => {
    await worker.app.get(Steering).pause('paused-work', 'anna', 'for the night');
    await worker.queue.add(pausedTask, { name: 'waits' });
    const { id } = await worker.queue.add(classicTask, { name: 'before' });
    await worker.queue.result(id);
    const tasksShown = [...tasks, pausedTask];
    const dashboard = closing(await TestDashboard.start({ AMQP_URL: node.url, RECONNECT_DELAY_MS: '200' }, tasksShown));
    const overview = async () => (await dashboard.get('/api/overview').expect(200)).body as OverviewAnswer;
    const isWhole = async (): Promise<boolean> => {
      const { broker, problems, queues } = await overview();
      const paused = queues.find(({ name }) => name === 'paused-work');
      const task = await dashboard.get(`/api/tasks/${id}`);
      const isTaskKnown = (task.body as { task?: { state?: string } }).task?.state === 'completed';
      const isPauseKnown = paused?.pause?.by === 'anna' && paused.ready === 1;
      return broker.state === 'open' && problems.length === 0 && isPauseKnown && isTaskKnown;
    };
    await waitFor('the dashboard to know everything', isWhole);

    await node.kill();
    await waitFor('it to say that the broker is away', async () => (await overview()).broker.state === 'away');
    expect((await overview()).broker.problem).toMatch(/ECONN(?:RESET|REFUSED)/);
    expect(await isWhole()).toBe(false);
    await node.restart();
    await waitFor('it to know everything again', isWhole, OUTAGE_MS);
    await worker.app.get(Steering).resume('paused-work', 'anna');
    await waitFor('the one that waits to run', () => work.runsOf('waits') === 1);
    await worksAgain();
  });

  it('keeps what is added while it is away, until the deadline of each, what is paused, and what has happened; readiness says that it is away', async () => {
    const steering = worker.app.get(Steering);
    await steering.pause('paused-work', 'anna', 'for the night');
    await worker.sees('queue.paused');
    const { id: before } = await worker.queue.add(classicTask, { name: 'before' });
    await worker.queue.result(before);
    await node.kill();
    await worker.sees('consumer.interrupted', 2);
    const away = [
      /^queue "classic-work" is not consumed \(connect ECONNREFUSED/,
      /^queue "quorum-work" is not consumed \(connect ECONNREFUSED/,
      /^tasks cannot be added: the connection is reopening \(connect ECONNREFUSED/,
    ];
    await waitFor(
      () => `readiness to say that it is away; it says ${JSON.stringify(worker.readiness())}`,
      () => {
        const { isReady, problems } = worker.readiness();
        const isEachSaid = away.every((problem, index) => problem.test(problems[index] ?? ''));
        return !isReady && problems.length === away.length && isEachSaid;
      },
    );
    const patient = tasks.map((task) => worker.queue.add(task, { name: `patient ${task.name}` }, { id: task.name }));
    await expect(worker.queue.add(classicTask, { name: 'hurried' }, { timeout: 200 })).rejects.toThrow(
      NotConnectedError,
    );

    await node.restart();
    await Promise.all(patient);
    await waitFor('them to run', () => tasks.every(({ name }) => work.runsOf(`patient ${name}`) === 1));
    expect(work.runsOf('hurried')).toBe(0);

    await worker.queue.add(pausedTask, { name: 'paused' });
    const late = await TestWorker.create({ urls: [node.url], tasks: [], eventsStream: 'on' });
    const steeringOfLate = late.app.get(Steering);
    await steeringOfLate.open();
    expect(steeringOfLate.paused.get('paused-work')).toMatchObject({ by: 'anna', reason: 'for the night' });
    const { view } = late.app.get(TaskHistory);
    for (const id of [before, ...tasks.map(({ name }) => name)]) {
      await late.queue.result(id);
      expect(view.get(id)).toMatchObject({ state: 'completed', attempt: 1 });
    }
    await late.close();
    await waitFor('it to be known again', () => steering.problem === undefined);
    expect(work.runsOf('paused')).toBe(0);
    await steering.resume('paused-work', 'anna');
    await waitFor('the paused one to run', () => work.runsOf('paused') === 1);
    await worksAgain();
  });
});
