import { QueueEvents, defineQueue } from '@app/queue';
import { BrokerConnection } from '../../libs/queue/src/connection/broker-connection';
import { QuarantineReader } from '../../libs/queue/src/connection/quarantine-reader';
import { QueueConsumer } from '../../libs/queue/src/connection/queue-consumer';
import { Quarantine } from '../../libs/queue/src/consuming/quarantine';
import type { QuarantinePace, Work } from '../../libs/queue/src/consuming/quarantine';
import { endedWithin } from '../../libs/queue/src/ended-within';
import { declareConsumed } from '../../libs/queue/src/topology/declare';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const queue = defineQueue({ name: 'a' });

const closing = closingAfterEach();
let vhost: Vhost;
beforeEach(async () => {
  vhost = await Vhost.open();
});
afterEach(() => vhost.close());

/** A worker's consumer and its quarantine, on a real broker; whether it has tasks in its hand is for the test to say. */
class Looker implements Work {
  isBusy = true;
  /** Milliseconds it was asked to wait for becoming idle. */
  readonly waits: number[] = [];
  readonly ranAlone: string[] = [];
  readonly postponed: string[] = [];
  /** When it took in nothing new, and until when, on the process's clock. */
  readonly suspensions: { readonly from: number; to: number }[] = [];

  private constructor(
    private readonly connection: BrokerConnection,
    readonly consumer: QueueConsumer,
    private readonly quarantine: Quarantine,
  ) {}

  static async start(pace: Partial<QuarantinePace>): Promise<Looker> {
    const events = new QueueEvents();
    const settings = { urls: [vhost.url], heartbeat: 10, connectTimeout: 5_000, reconnectDelay: 100 };
    const connection = new BrokerConnection('consuming', settings, events);
    const consumer = new QueueConsumer(
      connection,
      {
        queue: queue.name,
        declare: (model) => declareConsumed(model, queue, 'quorum'),
        prefetch: 1,
        retryDelay: 100,
        onDelivery: (message, channel) => channel.ack(message),
        onConsuming: () => undefined,
      },
      events,
    );
    const intake = {
      takenFrom: [queue.name],
      suspend: async () => {
        await consumer.suspend('isolation');
        looker.suspensions.push({ from: performance.now(), to: Infinity });
      },
      resume: () => {
        const last = looker.suspensions.at(-1);
        if (last !== undefined) last.to = Math.min(last.to, performance.now());
        consumer.suspension.remove('isolation');
      },
    };
    const reader = new QuarantineReader(connection);
    const work: Work = {
      isIdleWithin: (milliseconds, sooner) => looker.isIdleWithin(milliseconds, sooner),
      runAlone: (name, message, channel) => looker.runAlone(name, message, channel),
    };
    const fast = { lookEvery: 5, patience: 20, firstRest: 20, longestRest: 40, ...pace };
    const quarantine = new Quarantine(reader, intake, work, events, fast);
    const looker: Looker = closing(new Looker(connection, consumer, quarantine));
    events.on('quarantine.postponed', ({ why }) => looker.postponed.push(why));
    await consumer.start();
    quarantine.start();
    return looker;
  }

  async isIdleWithin(milliseconds: number, sooner: AbortSignal): Promise<boolean> {
    this.waits.push(milliseconds);
    if (this.isBusy) await endedWithin(new Promise(() => undefined), milliseconds, sooner);
    return !this.isBusy;
  }

  async runAlone(...[name, message, channel]: Parameters<Work['runAlone']>): Promise<void> {
    this.ranAlone.push(`${name}: ${message.content.toString()}`);
    channel.ack(message);
    await Promise.resolve();
  }

  async close(): Promise<void> {
    this.quarantine.stop();
    await this.quarantine.ended();
    await this.consumer.stop();
    await this.connection.close();
  }
}

/** A suspect as a worker puts it there. */
const suspect = (text: string): void => vhost.publish('a.quarantine', text, { headers: { 'x-crashes': 2 } });

const suspended = (looker: Looker, times: number): Promise<unknown> =>
  waitFor(
    () => `${times} suspensions; there were ${looker.suspensions.length}`,
    () => looker.suspensions.filter(({ to }) => to < Infinity).length >= times,
  );

describe('a worker that is at work without a pause', () => {
  it('gives the look up, and takes in tasks again', async () => {
    const looker = await Looker.start({ firstRest: 60_000 });
    suspect('x');
    await suspended(looker, 1);
    await waitFor('it to consume again', async () => (await vhost.consumers('a')) === 1);
    vhost.publish('a', 'next');
    await waitFor('the next task to be taken in', async () => (await vhost.counts('a')).ready === 0);
    expect(looker.waits).toEqual([20, 20]); // for a moment by itself, and then for one that it makes
    expect(looker.postponed).toEqual(['this worker is at work without a pause']);
    expect(looker.ranAlone).toEqual([]);
    await waitFor('it to be there', async () => (await vhost.channel.checkQueue('a.quarantine')).messageCount === 1);
  });

  it('rests before it tries again, twice as long each time, up to a limit', async () => {
    const looker = await Looker.start({ firstRest: 40, longestRest: 160 });
    suspect('x');
    await suspended(looker, 12); // doubled without a limit, the rests would be minutes
    const rests = looker.suspensions.slice(1).map(({ from }, index) => from - (looker.suspensions[index]?.to ?? 0));
    expect(rests.map((rest, index) => rest >= Math.min(40 * 2 ** index, 160) - 1)).toEqual(rests.map(() => true));
    expect(looker.postponed).toHaveLength(1); // told once
  });

  it('runs the suspect at the first pause, and begins anew after that', async () => {
    const looker = await Looker.start({});
    suspect('x');
    await suspended(looker, 2);
    looker.isBusy = false;
    await waitFor('the suspect to run', () => looker.ranAlone.length === 1);
    await suspended(looker, looker.suspensions.length); // or the next one would run in the same pause
    looker.isBusy = true;
    suspect('y');
    await waitFor('the next one to be told of', () => looker.postponed.length === 2);
    looker.isBusy = false;
    await waitFor('it to run as well', () => looker.ranAlone.length === 2);
    expect(looker.ranAlone).toEqual(['a: x', 'a: y']);
    await vhost.settles('a', { ready: 0, unacked: 0, dead: 0 });
  });

  it('says so when it cannot look, and looks again later', async () => {
    const looker = await Looker.start({});
    await vhost.channel.deleteQueue('a.quarantine');
    await waitFor('it to be told', () => looker.postponed.length === 1);
    expect(looker.postponed[0]).toMatch(/NOT_FOUND/);
    await vhost.channel.assertQueue('a.quarantine', {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2_147_483_647 },
    });
    looker.isBusy = false;
    suspect('x');
    await waitFor('the suspect to run', () => looker.ranAlone.length === 1);
    expect(looker.suspensions).toHaveLength(1); // it takes in tasks all the time while it cannot look
  });

  it('stops in the middle of it', async () => {
    const looker = await Looker.start({ patience: 60_000 });
    suspect('x');
    await waitFor('it to wait', () => looker.waits.length === 1);
    await looker.close();
    expect([looker.waits.length, looker.postponed]).toEqual([1, []]);
  });
});
