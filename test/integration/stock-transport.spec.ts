import { TopologyError, defineQueue, defineTask, queueSettings, readSettings, rmqTransport } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { MicroserviceOptions, RmqContext } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { Channel, Message } from 'amqplib';
import { z } from 'zod';
import { AmqpProxy } from '../support/amqp-proxy';
import { closingAfterEach } from '../support/closing';
import { TestProcess } from '../support/process';
import { stays } from '../support/stays';
import { SteeredWork } from '../support/steered-work';
import type { Hold } from '../support/steered-work';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/*
 * Each scene is played twice, with the same handlers and the same queue: on Nest's own RMQ transport, where it ends
 * badly, and on Warren's, where it does not. The first half shows that the second proves something.
 */

const queue = defineQueue({ name: 'work', type: 'classic' });
const task = defineTask({ name: 'acks', queue, payload: z.object({ name: z.string() }) });

interface Named {
  readonly name: string;
}

/** Handlers as plain Nest needs them: they acknowledge by hand. */
@Controller()
class WorkController {
  constructor(private readonly work: SteeredWork) {}

  @EventPattern<string>('acks')
  async acks(@Payload() { name }: Named, @Ctx() context: RmqContext): Promise<void> {
    await this.work.run(name);
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
  }

  @EventPattern<string>('acks-twice')
  async acksTwice(@Payload() { name }: Named, @Ctx() context: RmqContext): Promise<void> {
    await this.work.run(name);
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
  }

  @EventPattern<string>('throws')
  async throws(@Payload() { name }: Named): Promise<void> {
    await this.work.run(name);
    throw new Error('it throws');
  }
}

let vhost: Vhost;
let work: SteeredWork;
const closing = closingAfterEach();

beforeEach(async () => {
  vhost = closing(await Vhost.open());
  work = new SteeredWork();
});

const provider = { provide: SteeredWork, useFactory: () => work };

function stockOptions(concurrency: number, url = vhost.url): MicroserviceOptions {
  const settings = { ...readSettings(queueSettings, {}), urls: [url], concurrency, reconnectDelay: 100 };
  return rmqTransport(settings, queue);
}

async function startStock(concurrency = 1): Promise<{ close(): Promise<void> }> {
  const module = await Test.createTestingModule({ controllers: [WorkController], providers: [provider] }).compile();
  const app = closing(
    module.createNestMicroservice<MicroserviceOptions>({ ...stockOptions(concurrency), logger: false }),
  );
  await app.listen();
  await waitFor('its consumer', async () => (await vhost.consumers(queue.name)) === 1);
  return app;
}

async function startWarren({ concurrency = 1, url = vhost.url } = {}): Promise<TestWorker> {
  const options = { urls: [url], tasks: [task], concurrency, controllers: [WorkController], providers: [provider] };
  const worker = closing(await TestWorker.create(options));
  await worker.listen();
  return worker;
}

function publish(pattern: string, name: string): void {
  vhost.publish(queue.name, JSON.stringify({ pattern, data: { name } }));
}

const ready = async (name = queue.name): Promise<number> => (await vhost.channel.checkQueue(name)).messageCount;

describe('a handler that throws', () => {
  async function play(): Promise<void> {
    publish('throws', 'bad');
    await waitFor('the bad one to run', () => work.runsOf('bad') === 1);
    publish('acks', 'the next one');
  }

  it('on Nest’s transport: the worker is stuck, and the next task is never handed out', async () => {
    await startStock();
    await play();
    await waitFor('the next task to be there', async () => (await ready()) === 1);
    await stays('the next task waits', async () => work.runsOf('the next one') === 0 && (await ready()) === 1);
  });

  it('on Warren’s: it is put aside, and the next task runs', async () => {
    await startWarren();
    await play();
    await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 1 });
  });
});

describe('a handler that acknowledges twice', () => {
  async function play(): Promise<Hold> {
    const long = work.hold('long');
    publish('acks', 'long');
    await waitFor('the long one to run', () => work.runsOf('long') === 1);
    publish('acks-twice', 'twice');
    await waitFor('the other to run', () => work.runsOf('twice') === 1);
    return long;
  }

  it('on Nest’s transport: the connection is lost, and a task that runs beside it is run a second time', async () => {
    await startStock(2);
    await play();
    await waitFor('the long one to run again', () => work.runsOf('long') === 2);
  });

  it('on Warren’s: nothing happens', async () => {
    const worker = await startWarren({ concurrency: 2 });
    const long = await play();
    await worker.sees('settle.ignored');
    publish('acks', 'the next one');
    await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
    expect(worker.seen('connection.lost')).toEqual([]);
    long.release();
    await worker.sees('task.completed', 3);
    expect(work.runsOf('long')).toBe(1);
  });
});

describe('a queue that is deleted and comes back', () => {
  async function play(): Promise<void> {
    await vhost.channel.deleteQueue(queue.name);
    await vhost.channel.assertQueue(queue.name, { durable: true });
    publish('acks', 'the next one');
  }

  it('on Nest’s transport: nobody consumes it ever again', async () => {
    await startStock();
    await play();
    await waitFor('the next task to be there', async () => (await ready()) === 1);
    await stays('nobody consumes it', async () => (await vhost.consumers(queue.name)) === 0 && (await ready()) === 1);
  });

  it('on Warren’s: it is consumed again', async () => {
    await startWarren();
    await play();
    await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
    expect(await vhost.consumers(queue.name)).toBe(1);
  });
});

describe('a task that nobody handles', () => {
  async function play(): Promise<void> {
    await vhost.channel.assertQueue('work.dlq', { durable: true });
    publish('nobody-handles-this', 'unknown');
    publish('acks', 'the next one');
    await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
  }

  it('on Nest’s transport: it is gone', async () => {
    const app = await startStock();
    await play();
    await app.close(); // whatever it had in hand is ready again
    await stays('it is nowhere', async () => (await ready()) === 0 && (await ready('work.dlq')) === 0);
  });

  it('on Warren’s: it is kept in the dead-letter queue', async () => {
    await startWarren();
    await play();
    await vhost.settles(queue.name, { ready: 0, unacked: 0, dead: 1 });
  });
});

describe('a worker that is closed while a task runs', () => {
  it('on Nest’s transport: it does not wait, and the finished task is run again', async () => {
    const app = await startStock();
    const long = work.hold('long');
    publish('acks', 'long');
    await waitFor('it to run', () => work.runsOf('long') === 1);
    await app.close();
    long.release();
    const again = await waitFor('it to be handed out again', () => vhost.channel.get(queue.name, { noAck: true }));
    expect(again).toMatchObject({ fields: { redelivered: true } });
  });

  it('on Warren’s: it waits, and the task is done', async () => {
    const worker = await startWarren();
    const long = work.hold('long');
    publish('acks', 'long');
    await waitFor('it to run', () => work.runsOf('long') === 1);
    const closed = worker.close();
    await waitFor('its consumer to go', async () => (await vhost.consumers(queue.name)) === 0);
    long.release();
    await closed;
    expect(await ready()).toBe(0);
  });
});

/** A plain Nest microservice as a process, because what happens to it would happen to the process of this test. */
const stockProgram = `
  const { Module } = require('@nestjs/common');
  const { NestFactory } = require('@nestjs/core');
  class StockModule {}
  Module({})(StockModule);
  const options = JSON.parse(process.argv[1]);
  NestFactory.createMicroservice(StockModule, options).then((app) => app.listen());
`;

function startStockProcess(url: string): TestProcess {
  const options = JSON.stringify(stockOptions(1, url));
  const stock = TestProcess.start(process.execPath, ['-e', stockProgram, options]);
  closing({ close: () => stock.stop() });
  return stock;
}

describe('a queue that exists with other arguments', () => {
  const play = () => vhost.channel.assertQueue(queue.name, { durable: true, arguments: { 'x-message-ttl': 60_000 } });

  it('on Nest’s transport: a rejection that nobody handles ends the process', async () => {
    await play();
    const stock = startStockProcess(vhost.url);
    expect(await stock.exit()).toEqual({ code: 1, signal: null });
    expect(stock.stderr.join('\n')).toMatch(/Error: Operation failed: QueueDeclare; 406[^]*\n\s+at /);
  });

  it('on Warren’s: the start is refused with one sentence', async () => {
    await play();
    await expect(startWarren()).rejects.toThrow(TopologyError);
  });
});

describe('a connection that is lost while it is set up', () => {
  it('on Nest’s transport: a rejection that nobody handles ends the process', async () => {
    const proxy = closing(await AmqpProxy.open(vhost.url));
    proxy.cutAt('queue.declare', 'after');
    const stock = startStockProcess(proxy.url);
    expect(await stock.exit()).toEqual({ code: 1, signal: null });
    expect(stock.stderr.join('\n')).toContain('Channel ended, no reply will be forthcoming');
  });

  it('on Warren’s: it is set up again', async () => {
    const proxy = closing(await AmqpProxy.open(vhost.url));
    proxy.cutAt('queue.declare', 'after');
    await startWarren({ url: proxy.url });
    publish('acks', 'the next one');
    await waitFor('the next task to run', () => work.runsOf('the next one') === 1);
    expect(proxy.cutsDone).toBe(1);
  });
});
