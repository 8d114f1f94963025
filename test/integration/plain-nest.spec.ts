import { defineQueue, defineTask, queueSettings, readSettings, rmqTransport } from '@app/queue';
import type { QueueDefinition, QueueType } from '@app/queue';
import { Controller, Logger } from '@nestjs/common';
import {
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RmqContext,
  RpcException,
} from '@nestjs/microservices';
import type { RmqOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { Channel, Message } from 'amqplib';
import { lastValueFrom } from 'rxjs';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const types: QueueType[] = ['classic', 'quorum'];

const taskIn = (type: QueueType) =>
  defineTask({
    name: 'print',
    queue: defineQueue({ name: `lines-${type}`, type }),
    payload: z.object({ text: z.string() }),
  });

let printed: unknown[] = [];

/** A handler as one writes it for Nest's own transport, acknowledging by hand. */
@Controller()
class PrintController {
  @EventPattern<string>('print')
  print(@Payload() payload: unknown, @Ctx() context: RmqContext): void {
    printed.push(payload);
    const channel = context.getChannelRef() as Channel;
    channel.ack(context.getMessage() as Message);
  }
}

@Controller()
class AnswerController {
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    if (numbers.length === 0) throw new RpcException('nothing to add up');
    return numbers.reduce((sum, number) => sum + number, 0);
  }
}

const open = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

beforeEach(() => {
  printed = [];
});

function transport(queue: QueueDefinition): ReturnType<typeof rmqTransport> {
  return rmqTransport({ ...readSettings(queueSettings, {}), urls: [vhost.url] }, queue);
}

describe('the RMQ transport as Warren configures it', () => {
  it('is durable, acknowledges by hand and takes one task at a time unless told otherwise', () => {
    const { options } = transport(defineQueue({ name: 'lines', type: 'classic' }));
    expect(options).toMatchObject({
      queue: 'lines',
      noAck: false,
      prefetchCount: 1,
      queueOptions: { durable: true, arguments: {} },
    });
    expect(transport(defineQueue({ name: 'lines', concurrency: 4 })).options.prefetchCount).toBe(4);
  });
});

describe.each(types)('a %s queue', (type) => {
  it('brings what a plain Nest client emits to a handler of ours', async () => {
    const task = taskIn(type);
    const worker = open(await TestWorker.start({ urls: [vhost.url], tasks: [task], controllers: [PrintController] }));
    const { urls = [], queueOptions } = transport(task.queue).options;
    const options: RmqOptions['options'] = { urls, queue: task.queue.name, queueOptions: { ...queueOptions } };
    const client = open(ClientProxyFactory.create({ ...transport(task.queue), options }));

    for (const text of ['First message.', 'Zweite Nachricht: ä – 完了']) {
      await lastValueFrom(client.emit('print', { text }), { defaultValue: undefined });
    }
    await worker.sees('task.completed', 2);
    expect(printed).toEqual([{ text: 'First message.' }, { text: 'Zweite Nachricht: ä – 完了' }]);
    expect(worker.seen('task.dead-lettered')).toEqual([]);
  });

  it('answers the requests of a plain Nest client, failed ones too, and that is their end', async () => {
    const task = taskIn(type);
    const options = { urls: [vhost.url], tasks: [task], controllers: [AnswerController] };
    const worker = open(await TestWorker.start(options));
    const { urls = [], queueOptions } = transport(task.queue).options;
    const client = open(
      ClientProxyFactory.create({
        ...transport(task.queue),
        options: { urls, queue: task.queue.name, queueOptions: { ...queueOptions } },
      }),
    );

    expect(await lastValueFrom(client.send('sum', [1, 2, 3]))).toBe(6);
    await expect(lastValueFrom(client.send('sum', []))).rejects.toEqual({
      status: 'error',
      message: 'nothing to add up',
    });
    expect(await lastValueFrom(client.send('sum', [4]))).toBe(4);
    expect(worker.seen('reply.failed')).toEqual([]);
    expect(worker.seen('task.dead-lettered')).toEqual([]);
    await vhost.settles(task.queue.name, { ready: 0, unacked: 0, dead: 0 });
  });

  it('brings what is added to a handler of a plain Nest server', async () => {
    const task = taskIn(type);
    const module = await Test.createTestingModule({ controllers: [PrintController] }).compile();
    const server = open(module.createNestMicroservice({ ...transport(task.queue), logger: false }));
    Logger.overrideLogger(false);
    await server.listen();
    const producer = open(await TestWorker.create({ urls: [vhost.url], tasks: [task] }));

    await producer.queue.add(task, { text: 'one' });
    await producer.queue.add(task, { text: 'two' });
    await waitFor('two lines', () => printed.length === 2);
    expect(printed).toEqual([{ text: 'one' }, { text: 'two' }]);
  });

  it('is shared by a plain Nest server and a worker of ours, one task after the other', async () => {
    const task = taskIn(type);
    const module = await Test.createTestingModule({ controllers: [PrintController] }).compile();
    const server = open(module.createNestMicroservice({ ...transport(task.queue), logger: false }));
    await server.listen();
    const worker = open(await TestWorker.start({ urls: [vhost.url], tasks: [task], controllers: [PrintController] }));
    await waitFor('both consumers', async () => (await vhost.consumers(task.queue.name)) === 2);
    const texts = Array.from({ length: 20 }, (_, index) => ({ text: String(index) }));
    await worker.queue.addBulk(texts.map((payload) => ({ task, payload })));
    await waitFor('twenty lines', () => printed.length === 20);
    expect(printed).toEqual(expect.arrayContaining(texts));
    expect(await vhost.consumers(task.queue.name)).toBe(2);
    const ours = worker.seen('task.completed').length;
    expect(ours).toBeGreaterThan(0);
    expect(ours).toBeLessThan(20);
  });
});
