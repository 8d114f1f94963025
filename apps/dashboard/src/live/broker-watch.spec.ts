import { defineTask, QueueEvents, TaskRegistry } from '@app/queue';
import type { BrokerCounts, WorkQueueCounts } from '@app/queue/operating';
import { z } from 'zod';
import { BrokerWatch } from './broker-watch';

const registry = new TaskRegistry(
  ['images', 'mails'].map((queue) => defineTask({ name: queue, queue, payload: z.string() })),
);

function row(queue: string, ready: number | undefined, dead = 0): WorkQueueCounts {
  const state = ready === undefined ? 'missing' : 'there';
  return { queue, state, ready, consumers: 0, dead, quarantined: 0, problems: [] };
}

/** A broker that gives these answers in turn, and remembers what it was asked for. */
function broker(...answers: (Partial<BrokerCounts> | Error)[]): {
  operations: ConstructorParameters<typeof BrokerWatch>[0];
  asked: string[][];
} {
  const asked: string[][] = [];
  const operations = {
    events: new QueueEvents(),
    registry,
    counts: (queues = registry.queues) => {
      asked.push(queues.map(({ name }) => name));
      const answer = answers.shift() ?? new Error('no more answers');
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ queues: [], delayed: 0, undelivered: 0, ...answer });
    },
  };
  return { operations, asked };
}

/** Nobody has dead letters in hand, or has had. */
const nobodyLooks = { isLooking: false, looks: 0 };

const watchOf = (operations: ReturnType<typeof broker>['operations'], failures = nobodyLooks): BrokerWatch =>
  new BrokerWatch(operations, new QueueEvents(), failures);

const opened = { role: 'browsing', url: 'amqp://localhost', broker: 'RabbitMQ 3.10.8' } as const;

describe('who watches the broker', () => {
  it('knows nothing before it has answered', () => {
    const watch = watchOf(broker().operations);
    expect([watch.broker, watch.counts]).toEqual([{ state: 'opening' }, undefined]);
  });

  it('knows at once when it is gone and why, keeps what was known, and hears when it is back', async () => {
    const { operations } = broker({ queues: [row('images', 3)] }, new Error('gone'));
    const watch = watchOf(operations);
    operations.events.emit('connection.open', opened);
    await watch.look(0);
    operations.events.emit('connection.lost', { role: 'browsing', why: 'socket closed' });
    await watch.look(10_000);
    expect(watch.broker).toMatchObject({ state: 'away', problem: 'socket closed' });
    expect(watch.counts?.queues).toMatchObject([{ queue: 'images', ready: 3 }]);
    operations.events.emit('connection.open', opened);
    expect(watch.broker).toEqual({ state: 'open', url: 'amqp://localhost', broker: 'RabbitMQ 3.10.8' });
  });

  it('tells why a question failed where the connection said nothing, until one is answered', async () => {
    const { operations } = broker({}, new Error('no answer in time'), {});
    const watch = watchOf(operations);
    operations.events.emit('connection.open', opened);
    await watch.look(0);
    await watch.look(10_000);
    expect(watch.broker).toMatchObject({ state: 'away', problem: 'no answer in time' });
    await watch.look(20_000);
    expect(watch.broker).toEqual({ state: 'open', url: 'amqp://localhost', broker: 'RabbitMQ 3.10.8' });
  });

  it('tells that it takes no tasks, as long as a connection that publishes is blocked, and is there', async () => {
    const publishing = new QueueEvents();
    const watch = new BrokerWatch(broker({}).operations, publishing, nobodyLooks);
    await watch.look(0);
    publishing.emit('connection.blocked', { role: 'producing', why: 'low on disk' });
    publishing.emit('connection.blocked', { role: 'browsing', why: 'low on disk' });
    publishing.emit('connection.unblocked', { role: 'browsing' });
    expect(watch.broker).toEqual({ state: 'open', problem: 'it takes no tasks: low on disk' });
    publishing.emit('connection.lost', { role: 'producing', why: 'socket closed' });
    expect(watch.broker).toEqual({ state: 'open' });
  });

  it('asks for what is missing only every five seconds: each question costs the broker a channel and a line of its log', async () => {
    const known = { queues: [row('images', 1), row('mails', undefined)] };
    const { operations, asked } = broker(known, { queues: [row('images', 2)] }, known);
    const watch = watchOf(operations);
    await watch.look(0);
    await watch.look(1_000);
    expect(watch.counts?.queues).toMatchObject([
      { queue: 'images', ready: 2 },
      { queue: 'mails', state: 'missing' },
    ]);
    await watch.look(5_000);
    expect(asked).toEqual([['images', 'mails'], ['images'], ['images', 'mails']]);
  });

  it('tells as many dead letters as before while it has them in its own hand, and counts them again afterwards', async () => {
    const answers = [7, 3, 0, 6, 5, 4].map((dead) => row('images', dead === 7 ? 1 : 2, dead));
    const { operations } = broker(...answers.map((answer) => ({ queues: [answer] })));
    const failures = { ...nobodyLooks };
    const watch = watchOf(operations, failures);
    const dead = async (now: number): Promise<unknown> => {
      await watch.look(now);
      return watch.counts?.queues.map((counts) => [counts.ready, counts.dead]);
    };
    expect(await dead(0)).toEqual([[1, 7]]);
    const looking = dead(1_000);
    Object.assign(failures, { isLooking: true, looks: 1 }); // after the question, before its answer
    expect(await looking).toEqual([[2, 7]]);
    expect(await dead(2_000)).toEqual([[2, 7]]);
    failures.isLooking = false;
    expect(await dead(3_000)).toEqual([[2, 6]]);
    const disturbed = dead(4_000);
    failures.looks = 2; // begun and ended before the answer
    expect(await disturbed).toEqual([[2, 6]]);
    expect(await dead(5_000)).toEqual([[2, 4]]);
  });

  it('asks for nothing in between while no delay level is there: no worker has been here yet', async () => {
    const { operations, asked } = broker({ delayed: undefined, queues: [] }, { queues: [row('images', 0)] });
    const watch = watchOf(operations);
    await watch.look(0);
    await watch.look(1_000);
    await watch.look(5_000);
    expect(asked).toHaveLength(2);
  });

  it('asks once for all who look at the same time', async () => {
    const { operations, asked } = broker({}, {});
    const watch = watchOf(operations);
    await Promise.all([watch.look(0), watch.look(0), watch.look(0)]);
    expect(asked).toHaveLength(1);
  });
});
