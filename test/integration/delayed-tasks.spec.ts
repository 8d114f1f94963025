import { defineQueue, defineTask } from '@app/queue';
import type { AddOptions, QueueType, TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { PrivateNode } from '../support/private-node';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** See broker-restart.spec.ts: so long a new quorum queue must have existed before its only node may be killed. */

/** Tasks on their way to the broker at once. */
const ADDING = 500;

interface Arrival {
  readonly id: string | undefined;
  readonly text: string;
  /** Milliseconds after the moment at which it was to come; negative is early. */
  readonly late: number;
}

const closing = closingAfterEach();

class DelayedWork {
  private constructor(
    readonly worker: TestWorker,
    readonly arrivals: readonly Arrival[],
    private readonly addTo: (due: number, text: string, options: AddOptions) => Promise<string>,
  ) {}

  /** A worker of these queues, the tasks of which are added to the first. */
  static async start(url: string, type: QueueType, ...names: string[]): Promise<DelayedWork> {
    const payload = z.object({ due: z.number(), text: z.string() });
    const queues = names.map((name) => defineQueue({ name, type, concurrency: 100 }));
    const tasks = queues.map((queue) => defineTask({ name: `due in ${queue.name}`, queue, payload }));
    const [task] = tasks as [(typeof tasks)[number]];
    const arrivals: Arrival[] = []; // what waited for the worker comes before its start has ended
    @Controller()
    class DueController {
      @EventPattern(tasks.map(({ name }) => name))
      handle(@Payload() { due, text }: { due: number; text: string }, @Ctx() { id }: TaskContext): void {
        arrivals.push({ id, text, late: Date.now() - due });
      }
    }
    const options = { urls: [url], tasks, controllers: [DueController], publishTimeout: 60_000 };
    const worker = closing(await TestWorker.start(options));
    return new DelayedWork(worker, arrivals, async (due, text, given) => {
      return (await worker.queue.add(task, { due, text }, given)).id;
    });
  }

  /** Adds a task that is to come in so many milliseconds; its id. */
  add(delay: number, text = ''): Promise<string> {
    return this.addTo(Date.now() + delay, text, { delay });
  }

  addAt(at: Date, text = ''): Promise<string> {
    return this.addTo(at.valueOf(), text, { at });
  }

  async arrived(count: number, timeout?: number): Promise<void> {
    await waitFor(
      () => `${count} tasks; ${this.arrivals.length} have come`,
      () => this.arrivals.length >= count,
      timeout,
    );
  }
}

describe('a delay', () => {
  let vhost: Vhost;
  beforeAll(async () => {
    vhost = await Vhost.open();
  });
  afterAll(() => vhost.close());

  /** Its queue is deleted before the tasks are added that are not to find it; what they wait in is declared with the first one. */
  async function losesQueue(work: DelayedWork, name: string): Promise<void> {
    await work.add(100);
    await work.arrived(1);
    await work.worker.server.drain();
    await vhost.channel.deleteQueue(name);
  }

  it.each<QueueType>(['quorum', 'classic'])('is waited out in the broker, to a %s queue', async (type) => {
    const work = await DelayedWork.start(vhost.url, type, `work-${type}`);
    const ids = await Promise.all([100, 101, 700, 1_350].map((delay) => work.add(delay)));
    await work.arrived(4);
    expect(new Set(work.arrivals.map(({ id }) => id))).toEqual(new Set(ids));
    expect(work.arrivals.filter(({ late }) => late < 0)).toEqual([]);
  });

  it('may be a time', async () => {
    const work = await DelayedWork.start(vhost.url, 'classic', 'timed');
    const id = await work.addAt(new Date(Date.now() + 400));
    await work.arrived(1);
    expect(work.arrivals).toMatchObject([{ id }]);
    expect(work.arrivals[0]?.late).toBeGreaterThanOrEqual(0);
  });

  it('holds up nobody: what waits shorter comes first, and what does not wait at once', async () => {
    const work = await DelayedWork.start(vhost.url, 'quorum', 'line');
    await Promise.all([work.add(2_000, 'long'), work.add(300, 'short'), work.add(0, 'now')]);
    await work.arrived(3);
    expect(work.arrivals.map(({ text }) => text)).toEqual(['now', 'short', 'long']);
  });

  it('of 310 days is taken by the broker, in the highest of a fixed number of queues', async () => {
    const work = await DelayedWork.start(vhost.url, 'quorum', 'far');
    await work.add(310 * 86_400_000);
    let waiting = '';
    await waitFor(
      () => `one task in the highest level; there are ${waiting}`, // what earlier tests have left is on its way out
      async () => {
        const levels = await Promise.all(
          Array.from({ length: 28 }, (_, level) => vhost.channel.checkQueue(`delay.${String(level).padStart(2, '0')}`)),
        );
        waiting = levels.map(({ messageCount }) => messageCount).join('');
        return waiting === `${'0'.repeat(27)}1`;
      },
    );
  });

  it('reaches a queue that was deleted and declared again meanwhile', async () => {
    const work = await DelayedWork.start(vhost.url, 'classic', 'gone');
    await work.add(1_500);
    await vhost.channel.deleteQueue('gone');
    await work.worker.sees('consumer.started', 2);
    await work.arrived(1);
  });

  it('to a queue that is missing when it is over holds up no other queue, and ends there when it is back', async () => {
    const doomed = await DelayedWork.start(vhost.url, 'quorum', 'doomed');
    const alive = await DelayedWork.start(vhost.url, 'quorum', 'alive');
    await losesQueue(doomed, 'doomed');
    const ids = await Promise.all(Array.from({ length: 200 }, () => doomed.add(300)));
    await waitFor('all to have found no queue', async () => {
      return (await vhost.channel.checkQueue('delay.undelivered')).messageCount === ids.length;
    });
    await Promise.all([alive.add(100), alive.add(300), alive.add(700)]);
    await alive.arrived(3);
    const again = await DelayedWork.start(vhost.url, 'quorum', 'doomed');
    await again.arrived(ids.length);
    expect(new Set(again.arrivals.map(({ id }) => id))).toEqual(new Set(ids));
    await again.worker.sees('undelivered.fetched'); // told when the last of them has left
    expect(again.worker.seen('undelivered.fetched')).toEqual([
      { event: 'undelivered.fetched', queue: 'doomed', tasks: ids.length },
    ]);
  });

  it('to several queues that are missing at once ends in each of them when it is back, and waits for the others', async () => {
    const names = ['first', 'second', 'third'] as const;
    const gone = await Promise.all(names.map((name) => DelayedWork.start(vhost.url, 'quorum', name)));
    const ids = gone.map(() => new Set<string>());
    await Promise.all(names.map((name, index) => losesQueue(gone[index], name)));
    for (let round = 0; round < 30; round += 1) {
      for (const [index, work] of gone.entries()) ids[index]?.add(await work.add(300));
    }
    const [first, second, third] = ids as [Set<string>, Set<string>, Set<string>];
    const undelivered = async (): Promise<number> => (await vhost.channel.checkQueue('delay.undelivered')).messageCount;
    await waitFor('all to have found no queue', async () => (await undelivered()) === 90);

    const back = await DelayedWork.start(vhost.url, 'quorum', 'first', 'second');
    await back.arrived(60);
    expect(new Set(back.arrivals.map(({ id }) => id))).toEqual(new Set([...first, ...second]));
    const fetched = (queue: string): number =>
      back.worker.seen('undelivered.fetched').reduce((sum, one) => sum + (one.queue === queue ? one.tasks : 0), 0);
    await waitFor('it to be told of both', () => fetched('first') + fetched('second') === 60);
    expect(names.map(fetched)).toEqual([30, 30, 0]);
    await waitFor('the others to be given back', async () => (await undelivered()) === third.size);
    const last = await DelayedWork.start(vhost.url, 'quorum', 'third');
    await last.arrived(30);
    expect(new Set(last.arrivals.map(({ id }) => id))).toEqual(third);
    await waitFor('nothing to be left', async () => (await undelivered()) === 0);
  });

  it('leaves nothing of its way in the message that would harm it later', async () => {
    const work = await DelayedWork.start(vhost.url, 'quorum', 'clean');
    await work.worker.server.drain();
    await work.add(300);
    const { properties } = await vhost.take('clean');
    expect(properties.headers).toHaveProperty('x-death'); // the broker's, which a later publish takes off
    expect(properties).toMatchObject({ deliveryMode: 2, expiration: undefined });
  });
});

describe('10,000 tasks with delays of 0.1 to 20 s', () => {
  let node: PrivateNode;
  beforeAll(async () => {
    node = await PrivateNode.start();
  });
  afterAll(() => node.stop());

  it('all come, and none early, though the broker is killed in the middle', async () => {
    const work = await DelayedWork.start(node.url, 'quorum', 'work');
    await work.add(100); // declares what they wait in
    await node.writeDownQueues();
    const ids = new Set<string>();
    const delays = Array.from({ length: 10_000 }, () => 100 + Math.floor(Math.random() * 19_900));
    let next = 0;
    const adder = async (): Promise<void> => {
      for (let delay = delays[next++]; delay !== undefined; delay = delays[next++]) ids.add(await work.add(delay));
    };
    await Promise.all(Array.from({ length: ADDING }, adder));
    await waitFor('some tasks to have come', () => work.arrivals.length > 1_000);
    expect(work.arrivals.length).toBeLessThan(10_000); // or the kill would be in no middle
    await node.kill();
    await node.restart();
    const arrived = (): Set<string | undefined> => new Set(work.arrivals.map(({ id }) => id));
    await waitFor(
      () => `10,000 tasks; ${arrived().size} have come`,
      () => arrived().size >= 10_001,
      150_000,
    );
    expect([...ids].filter((id) => !arrived().has(id))).toEqual([]);
    expect(work.arrivals.filter(({ late }) => late < 0)).toEqual([]);
  });
});
