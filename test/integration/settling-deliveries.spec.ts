import { defineQueue, defineTask } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller, Injectable, Scope, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { CanActivate, PipeTransform } from '@nestjs/common';
import type { Channel, Message } from 'amqplib';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import type { RmqContext } from '@nestjs/microservices';
import { EMPTY, of, throwError } from 'rxjs';
import { z } from 'zod';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

/** Nest leaves both untyped; handlers written for its transport settle through them. */
const channelOf = (context: RmqContext): Channel => context.getChannelRef() as Channel;
const messageOf = (context: RmqContext): Message => context.getMessage() as Message;

const queue = defineQueue({ name: 'work', type: 'classic' });
const elsewhere = defineTask({ name: 'elsewhere', queue: defineQueue({ name: 'another' }), payload: z.string() });
const checked = defineTask({ name: 'checked', queue, payload: z.object({ width: z.int().min(1) }) });

@Injectable()
class RefusingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class RefusingPipe implements PipeTransform {
  transform(): never {
    throw new TypeError('the pipe refuses');
  }
}

@Injectable({ scope: Scope.REQUEST })
class FailingProvider {
  constructor() {
    throw new RangeError('the constructor failed');
  }
}

@Controller({ scope: Scope.REQUEST })
class RequestScopedController {
  constructor(readonly provider: FailingProvider) {}

  @EventPattern<string>('constructor-fails')
  handle(): void {}
}

class SwallowingFilter {
  catch() {
    return of('handled by the filter');
  }
}

@Controller()
class HandlersController {
  static ran: unknown[] = [];

  @EventPattern<string>('returns')
  returns(@Payload() data: unknown): void {
    HandlersController.ran.push(data);
  }

  @EventPattern<string>('throws')
  throws(): void {
    throw new TypeError('the handler threw');
  }

  @EventPattern<string>('rejects')
  async rejects(): Promise<void> {
    await Promise.reject(new Error('the handler rejected'));
  }

  @EventPattern<string>('rpc-exception')
  rpcException(): void {
    throw new RpcException('the business says no');
  }

  @EventPattern<string>('throws-nothing')
  throwsNothing(): void {
    // oxlint-disable-next-line typescript/only-throw-error -- what JavaScript allows, somebody's handler does
    throw undefined;
  }

  @EventPattern<string>('observable-errs')
  observableErrs() {
    return throwError(() => new Error('the observable erred'));
  }

  @EventPattern<string>('observable-completes')
  observableCompletes() {
    return EMPTY;
  }

  @UseGuards(RefusingGuard)
  @EventPattern<string>('guarded')
  guarded(): void {}

  @UsePipes(RefusingPipe)
  @EventPattern<string>('piped')
  piped(@Payload() data: unknown): void {
    HandlersController.ran.push(data);
  }

  @UseFilters(SwallowingFilter)
  @EventPattern<string>('filtered')
  filtered(): void {
    throw new Error('for the filter');
  }

  @EventPattern<string>('acks')
  acks(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    channelOf(context).ack(messageOf(context));
  }

  @EventPattern<string>('elsewhere')
  elsewhere(@Payload() data: unknown): void {
    HandlersController.ran.push(data);
  }

  @EventPattern<string>('acks-another')
  acksAnother(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    const { fields, ...rest } = messageOf(context);
    channelOf(context).ack({ ...rest, fields: { ...fields, deliveryTag: fields.deliveryTag + 1 } });
  }

  @EventPattern<string>('acks-twice')
  acksTwice(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    channelOf(context).ack(messageOf(context));
    channelOf(context).ack(messageOf(context));
    channelOf(context).nack(messageOf(context));
  }

  @EventPattern<string>('acks-all')
  acksAll(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    channelOf(context).ack(messageOf(context), true);
    channelOf(context).ackAll();
  }

  @EventPattern<string>('acks-and-throws')
  acksAndThrows(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    channelOf(context).ack(messageOf(context));
    throw new Error('after the ack');
  }

  @EventPattern<string>('refuses')
  refuses(@Payload() _data: unknown, @Ctx() context: RmqContext): void {
    channelOf(context).nack(messageOf(context), false, false);
  }

  @EventPattern<string>('requeues-once')
  requeuesOnce(@Payload() _data: unknown, @Ctx() context: TaskContext): void {
    if (!context.isRedelivered) channelOf(context).nack(messageOf(context));
  }

  @EventPattern<string>('checked')
  checked(@Payload() data: unknown): void {
    HandlersController.ran.push(data);
  }

  @EventPattern({ cmd: 'object' })
  objectPattern(@Payload() data: unknown): void {
    HandlersController.ran.push(data);
  }

  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  @MessagePattern('fails')
  fails(): never {
    throw new RpcException('no sum');
  }
}

let vhost: Vhost;
let worker: TestWorker;

beforeAll(async () => {
  vhost = await Vhost.open();
  worker = await TestWorker.start({
    urls: [vhost.url],
    tasks: [checked, elsewhere],
    queues: [queue],
    workerQueues: ['work'],
    maxMessageBytes: 100_000,
    controllers: [HandlersController, RequestScopedController],
    providers: [FailingProvider],
  });
});

afterAll(async () => {
  await worker.close();
  await vhost.close();
});

beforeEach(() => {
  worker.events.length = 0;
  HandlersController.ran = [];
});

const packet = (pattern: unknown, data: unknown = {}) => JSON.stringify({ pattern, data });

/** Every test ends with this: the worker still handles the next message, so it was never stuck, and nothing is left. */
async function stillWorks(): Promise<void> {
  const before = worker.seen('task.completed').length;
  vhost.publish('work', packet('returns', 'the next one'));
  await worker.sees('task.completed', before + 1);
  expect(HandlersController.ran).toContain('the next one');
  expect(worker.seen('consumer.interrupted')).toEqual([]);
  expect(worker.seen('connection.lost')).toEqual([]);
}

describe('a delivery ends once, whatever its handler does', () => {
  it.each([
    ['throws', 'attempts-exhausted', 'TypeError', 'the handler threw'],
    ['rejects', 'attempts-exhausted', 'Error', 'the handler rejected'],
    ['rpc-exception', 'attempts-exhausted', 'RpcException', 'the business says no'],
    ['throws-nothing', 'attempts-exhausted', 'Error', 'undefined'],
    ['observable-errs', 'attempts-exhausted', 'Error', 'the observable erred'],
    ['guarded', 'attempts-exhausted', 'RpcException', 'Forbidden resource'],
    ['piped', 'attempts-exhausted', 'TypeError', 'the pipe refuses'],
    ['constructor-fails', 'attempts-exhausted', 'RangeError', 'the constructor failed'],
    ['refuses', 'rejected', 'RejectedError', 'The handler rejected the delivery.'],
    [
      'nobody-handles-this',
      'unknown-task',
      'UnknownTaskError',
      'This worker has no handler for "nobody-handles-this": a newer producer, another queue’s task, or a module that it does not import.',
    ],
  ])('a task that ends by "%s" is dead-lettered as %s with its own error', async (pattern, reason, name, message) => {
    vhost.publish('work', packet(pattern, { some: 'data' }), { messageId: 'id-1', headers: { custom: 'kept' } });

    await worker.sees('task.dead-lettered');
    const dead = await vhost.take('work.dlq');
    expect(dead.content.toString()).toBe(packet(pattern, { some: 'data' }));
    expect(dead.properties).toMatchObject({ messageId: 'id-1', deliveryMode: 2 });
    expect(dead.properties.headers).toMatchObject({
      custom: 'kept',
      'x-dead-letter-reason': reason,
      'x-dead-letter-queue': 'work',
      'x-error-name': name,
      'x-error-message': message,
      'x-attempt': 1,
    });
    await stillWorks();
  });

  it.each(['returns', 'acks', 'acks-twice', 'acks-all', 'observable-completes', 'filtered'])(
    'a task that ends by "%s" is completed and acknowledged once',
    async (pattern) => {
      vhost.publish('work', packet(pattern));
      await worker.sees('task.completed');
      await stillWorks();
      await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
    },
  );

  it('a second settle sends nothing and is told', async () => {
    vhost.publish('work', packet('acks-twice'));
    await worker.sees('task.completed');
    expect(worker.seen('settle.ignored').map(({ verb, why }) => `${verb}: ${why}`)).toEqual([
      'ack: it has been settled already',
      'requeue: it has been settled already',
    ]);
    await stillWorks();
  });

  it('a handler that acknowledged before it failed has ended its task itself', async () => {
    vhost.publish('work', packet('acks-and-throws'));
    const ignored = await worker.sees('settle.ignored');
    expect(ignored.why).toContain('after the ack');
    await stillWorks();
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('a handler that gives its delivery back gets it again', async () => {
    vhost.publish('work', packet('requeues-once'));
    await worker.sees('task.completed');
    expect(worker.seen('task.started').map(({ redelivered }) => redelivered)).toEqual([false, true]);
    expect(worker.seen('task.requeued')).toHaveLength(1);
    await stillWorks();
  });
});

describe('odd messages', () => {
  it.each([
    ['plain text', 'Hello World!'],
    ['an empty body', ''],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe])],
    ['JSON null', 'null'],
    ['a JSON number', '42'],
    ['a JSON string', '"returns"'],
    ['a JSON array', '[]'],
    ['an object without a pattern', '{"data":1}'],
    ['a pattern of null', '{"pattern":null,"data":1}'],
    ['a pattern of true', '{"pattern":true,"data":1}'],
    ['a pattern that is an array', '{"pattern":["returns"],"data":1}'],
  ])('%s is dead-lettered as undecodable with its bytes untouched', async (_name, body) => {
    vhost.publish('work', body);
    await worker.sees('task.dead-lettered');
    const dead = await vhost.take('work.dlq');
    expect(dead.content.equals(Buffer.from(body))).toBe(true);
    expect(dead.properties.headers?.['x-dead-letter-reason']).toBe('undecodable');
    await stillWorks();
  });

  it.each(['__proto__', 'constructor', 'toString', '{"cmd":"nobody"}'])(
    'the pattern %s is an unknown task',
    async (pattern) => {
      vhost.publish('work', packet(pattern));
      expect((await worker.sees('task.dead-lettered')).reason).toBe('unknown-task');
      await vhost.take('work.dlq');
      await stillWorks();
    },
  );

  it.each([1_000, 3_000, 5_000, 9_000])(
    'a pattern nested %i levels deep is dead-lettered, never a crash',
    async (depth) => {
      vhost.publish('work', `{"pattern":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},"data":1}`);
      await worker.sees('task.dead-lettered');
      await vhost.take('work.dlq');
      await stillWorks();
    },
  );

  it('an object pattern reaches its handler', async () => {
    vhost.publish('work', packet({ cmd: 'object' }, 'by object'));
    await worker.sees('task.completed');
    expect(HandlersController.ran).toEqual(['by object']);
  });

  it('a payload that its schema refuses is dead-lettered before any handler sees it', async () => {
    vhost.publish('work', packet('checked', { width: 0 }));
    const { reason, error } = await worker.sees('task.dead-lettered');
    expect(reason).toBe('invalid-payload');
    expect(error).toContain('width');
    expect(HandlersController.ran).toEqual([]);
    await vhost.take('work.dlq');
    await stillWorks();
  });

  it('a task that belongs to another queue is not run', async () => {
    vhost.publish('work', packet('elsewhere', 'x'));
    const { reason, error } = await worker.sees('task.dead-lettered');
    expect(reason).toBe('unknown-task');
    expect(error).toContain('belongs to queue "another", not to "work"');
    expect(HandlersController.ran).toEqual([]);
    await vhost.take('work.dlq');
    await stillWorks();
  });

  it('a handler that settles another delivery’s message has not settled its own', async () => {
    vhost.publish('work', packet('acks-another'));
    await worker.sees('task.completed');
    expect(worker.seen('settle.ignored').map(({ verb, why }) => `${verb}: ${why}`)).toEqual([
      'ack: the message is another delivery’s',
    ]);
    await stillWorks();
  });

  it('a body over the limit is dead-lettered without being decoded', async () => {
    vhost.publish('work', packet('returns', 'x'.repeat(100_000)));
    expect((await worker.sees('task.dead-lettered')).reason).toBe('too-large');
    await vhost.take('work.dlq');
    await stillWorks();
  });

  it('a message that expires by itself does not expire as a dead letter', async () => {
    vhost.publish('work', packet('throws'), { expiration: '60000' });
    await worker.sees('task.dead-lettered');
    const dead = await vhost.take('work.dlq');
    expect(dead.properties.expiration).toBeUndefined();
    expect(dead.properties.headers?.['x-original-expiration']).toBe('60000');
  });
});

describe('requests of Nest clients (packets with an id)', () => {
  const request = (pattern: string, data: unknown = {}) => JSON.stringify({ pattern, data, id: 'request-1' });

  it('a request is answered and acknowledged', async () => {
    await vhost.channel.assertQueue('answers', { durable: true });
    vhost.publish('work', request('sum', [1, 2, 3]), { replyTo: 'answers', correlationId: 'request-1' });
    const answer = await vhost.take('answers');
    expect(JSON.parse(answer.content.toString())).toEqual({ id: 'request-1', response: 6, isDisposed: true });
    expect(answer.properties.correlationId).toBe('request-1');
    await stillWorks();
  });

  it('a request that fails is answered with its error, and that is its end', async () => {
    await vhost.channel.assertQueue('answers', { durable: true });
    vhost.publish('work', request('fails'), { replyTo: 'answers', correlationId: 'request-1' });
    const answer = await vhost.take('answers');
    expect(JSON.parse(answer.content.toString())).toMatchObject({
      err: { status: 'error', message: 'no sum' },
      isDisposed: true,
    });
    await stillWorks();
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('a failed request that cannot be answered is dead-lettered', async () => {
    vhost.publish('work', request('fails'));
    await worker.sees('task.dead-lettered');
    await vhost.take('work.dlq');
    await stillWorks();
  });

  it('a request whose sender has gone is completed, and says so', async () => {
    vhost.publish('work', request('sum', [1]), { replyTo: 'nobody-listens-here' });
    await worker.sees('reply.failed');
    await stillWorks();
    await vhost.settles('work', { ready: 0, unacked: 0, dead: 0 });
  });

  it('a packet with an id runs an event handler and is acknowledged', async () => {
    vhost.publish('work', request('returns', 'with an id'));
    await worker.sees('task.completed');
    expect(HandlersController.ran).toEqual(['with an id']);
    await stillWorks();
  });

  it('an unknown request is answered with an error and dead-lettered', async () => {
    await vhost.channel.assertQueue('answers', { durable: true });
    vhost.publish('work', request('nobody'), { replyTo: 'answers' });
    expect((await worker.sees('task.dead-lettered')).reason).toBe('unknown-task');
    expect(JSON.parse((await vhost.take('answers')).content.toString())).toMatchObject({
      err: 'There is no matching message handler defined in the remote service.',
      isDisposed: true,
    });
    await vhost.take('work.dlq');
  });
});
