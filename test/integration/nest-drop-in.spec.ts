import { warrenTransport } from '@app/queue';
import type { WarrenTransportOptions } from '@app/queue';
import { Controller, Logger } from '@nestjs/common';
import {
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RmqContext,
  RmqRecordBuilder,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import type { ClientProxy, RmqOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { Channel, Message } from 'amqplib';
import { concat, lastValueFrom, of, throwError, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

/*
 * What Nest's documentation says of its RMQ transport, with Nest's own clients, on Warren's strategy in place of Nest's server.
 */

type Options = NonNullable<RmqOptions['options']>;

let heard: string[] = [];

enum Command {
  Double,
  Triple,
}

@Controller()
class CatsController {
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  @MessagePattern(Command.Double)
  double(@Payload() number: number): number {
    return number * 2;
  }

  @EventPattern(Command.Triple)
  triple(@Payload() number: number, @Ctx() context: RmqContext): void {
    heard.push(`${context.getPattern()}: ${number * 3}`);
  }

  @MessagePattern({ cmd: 'count' })
  count(@Payload() to: number): Observable<number> {
    return of(...Array.from({ length: to }, (_, index) => index + 1));
  }

  @MessagePattern('count.and.fail')
  countAndFail(): Observable<number> {
    return concat(
      of(1, 2),
      throwError(() => new RpcException('no third')),
    );
  }

  @MessagePattern('nothing')
  nothing(): void {
    // answers without a value
  }

  @MessagePattern('refuse')
  refuse(@Payload() why: string | object): never {
    throw new RpcException(why);
  }

  @MessagePattern('break')
  breaks(): never {
    throw new Error('a secret of the inside');
  }

  @EventPattern<string>('cats.*')
  cat(@Payload() name: string, @Ctx() context: RmqContext): void {
    heard.push(`${context.getPattern()} by cats.*: ${name}`);
  }

  @EventPattern<string>('dogs.#.end')
  dog(@Payload() name: string, @Ctx() context: RmqContext): void {
    heard.push(`${context.getPattern()} by dogs.#.end: ${name}`);
  }

  @EventPattern<string>('told')
  told(@Payload() what: string, @Ctx() context: RmqContext): void {
    const { headers, priority } = (context.getMessage() as Message).properties;
    heard.push(`${what} ${headers?.['x-version']} ${priority}`);
  }

  @MessagePattern('asked')
  asked(@Payload() what: string, @Ctx() context: RmqContext): string {
    const { headers, priority } = (context.getMessage() as Message).properties;
    return `${what} ${headers?.['x-version']} ${priority}`;
  }

  @EventPattern<string>('by.hand')
  byHand(@Payload() what: string, @Ctx() context: RmqContext): void {
    heard.push(what);
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
  }

  @EventPattern<string>('fails')
  fails(@Payload() what: string): void {
    heard.push(what);
    throw new Error('as always');
  }
}

const closing = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

beforeEach(() => {
  heard = [];
});

const settings = { eventsStream: 'off', reconnectDelay: 100 } as const;

/** An application as `NestFactory.createMicroservice` makes it, but for the one line. */
async function serve(options: Options, more: WarrenTransportOptions = {}): Promise<void> {
  const module = await Test.createTestingModule({ controllers: [CatsController] }).compile();
  Logger.overrideLogger(false);
  const rmq: RmqOptions = { transport: Transport.RMQ, options: { urls: [vhost.url], ...options } };
  const app = module.createNestMicroservice({ ...warrenTransport(rmq, { settings, ...more }), logger: false });
  await closing(app).listen();
}

function clientOf(options: Options): ClientProxy {
  return closing(ClientProxyFactory.create({ transport: Transport.RMQ, options: { urls: [vhost.url], ...options } }));
}

const emit = (client: ClientProxy, pattern: string | number, data: unknown): Promise<unknown> =>
  lastValueFrom(client.emit(pattern, data), { defaultValue: undefined });
const hears = (count: number): Promise<unknown> =>
  waitFor(
    () => `${count} to be heard; heard: ${heard.join(', ')}`,
    () => heard.length >= count,
  );

describe('request and response', () => {
  const queue = 'cats_queue';
  const queueOptions = { durable: false };
  let client: ClientProxy;

  beforeEach(async () => {
    await serve({ queue, queueOptions });
    client = clientOf({ queue, queueOptions });
  });

  const ask = (pattern: string | number | object, data: unknown = ''): Promise<unknown[]> =>
    lastValueFrom(client.send(pattern, data).pipe(toArray()));

  it('brings the value, every value of a stream in order, and none of none', async () => {
    expect(await ask('sum', [1, 2, 3])).toEqual([6]);
    expect(await ask({ cmd: 'count' }, 4)).toEqual([1, 2, 3, 4]);
    expect(await ask('nothing')).toEqual([]);
  });

  it('brings every value of a stream that is faster than the broker, with little memory for what waits', async () => {
    const small = { queue: 'small', queueOptions };
    await serve(small, { settings: { ...settings, publishBufferMessages: 10 } });
    const asked = clientOf(small).send<number>({ cmd: 'count' }, 200);
    expect(await lastValueFrom(asked.pipe(toArray()))).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('finds the handlers of a numeric enum', async () => {
    expect(await ask(Command.Double, 21)).toEqual([42]);
    await emit(client, Command.Triple, 7);
    await hears(1);
    expect(heard).toEqual(['1: 21']);
  });

  it('brings the values before an error, and the error', async () => {
    const values: unknown[] = [];
    const asking = new Promise((resolve, reject) => {
      client
        .send('count.and.fail', '')
        .subscribe({ next: (value) => values.push(value), error: reject, complete: () => resolve('complete') });
    });
    await expect(asking).rejects.toEqual({ status: 'error', message: 'no third' });
    expect(values).toEqual([1, 2]);
  });

  it('brings what an RpcException holds, and nothing of any other error', async () => {
    await expect(ask('refuse', 'closed today')).rejects.toEqual({ status: 'error', message: 'closed today' });
    await expect(ask('refuse', { code: 7, why: 'closed' })).rejects.toEqual({ code: 7, why: 'closed' });
    await expect(ask('break')).rejects.toEqual({ status: 'error', message: 'Internal server error' });
    await expect(ask('unknown')).rejects.toBe(
      'There is no matching message handler defined in the remote service.', // what Nest's own server says
    );
    expect(await ask('sum', [4])).toEqual([4]);
  });
});

describe('records', () => {
  it('bring their headers and their priority', async () => {
    const options = { queue: 'ranked', prefetchCount: 1, queueOptions: { durable: true, maxPriority: 9 } };
    const client = clientOf(options);
    for (const [what, priority] of [
      ['first', 1],
      ['second', 1],
      ['urgent', 9],
    ] as const) {
      const record = new RmqRecordBuilder(what).setOptions({ headers: { 'x-version': '1.0.0' }, priority }).build();
      await emit(client, 'told', record);
    }
    await serve(options);
    await hears(3);
    expect(heard).toEqual(['urgent 1.0.0 9', 'first 1.0.0 1', 'second 1.0.0 1']);
  });
});

describe('records of requests', () => {
  it('bring their headers and their priority, and get their answer', async () => {
    const options = { queue: 'asked', queueOptions: { durable: true, maxPriority: 9 } };
    await serve(options);
    const record = new RmqRecordBuilder('what').setOptions({ headers: { 'x-version': '2' }, priority: 3 }).build();
    expect(await lastValueFrom(clientOf(options).send('asked', record))).toBe('what 2 3');
  });
});

describe('wildcards', () => {
  it('route and find handlers by patterns, where Nest’s own server would drop a # in the middle as well', async () => {
    const options = { queue: 'animals', wildcards: true };
    await serve(options);
    const client = clientOf(options);
    await emit(client, 'cats.tom', 'meow');
    await emit(client, 'dogs.rex.big.end', 'woof');
    expect(await lastValueFrom(client.send('sum', [1, 2]))).toBe(3);
    await hears(2);
    expect(heard.toSorted()).toEqual(['cats.tom by cats.*: meow', 'dogs.rex.big.end by dogs.#.end: woof']);
  });
});

describe('exchanges', () => {
  it('of the type fanout bring each message to every application', async () => {
    const exchange = { exchange: 'everybody', exchangeType: 'fanout' } as const;
    await serve({ queue: 'one', ...exchange });
    await serve({ queue: 'other', ...exchange });
    await emit(clientOf({ queue: '', ...exchange }), 'by.hand', 'news');
    await hears(2);
    expect(heard).toEqual(['news', 'news']);
  });

  it('bring what has the routing key', async () => {
    await serve({ queue: 'keyed', exchange: 'keys', exchangeType: 'direct', routingKey: 'mine' });
    for (const key of ['yours', 'mine'])
      vhost.channel.publish('keys', key, Buffer.from(JSON.stringify({ pattern: 'by.hand', data: key })));
    await hears(1);
    expect(heard).toEqual(['mine']);
  });
});

describe('events', () => {
  it('that are acknowledged by hand are, and one that fails is kept and wedges nothing', async () => {
    await serve({ queue: 'events', noAck: false, prefetchCount: 1 });
    const client = clientOf({ queue: 'events' });
    await emit(client, 'by.hand', 'first');
    await emit(client, 'fails', 'second');
    await emit(client, 'by.hand', 'third');
    await hears(3);
    expect(heard).toEqual(['first', 'second', 'third']);
    const dead = await vhost.take('events.dlq');
    expect(dead.properties.headers).toMatchObject({
      'x-dead-letter-reason': 'attempts-exhausted',
      'x-error-message': 'Internal server error',
    });
  });

  it('that fail are tried again when the line says so', async () => {
    const backoff = { delay: () => 100 };
    await serve({ queue: 'again' }, { policy: { attempts: 2, backoff } });
    await emit(clientOf({ queue: 'again' }), 'fails', 'once more');
    await vhost.take('again.dlq');
    expect(heard).toEqual(['once more', 'once more']);
  });
});

describe('serializers', () => {
  it('of the application read what comes and write the answers', async () => {
    const deserializer = {
      deserialize: (value: { what: string; arguments: unknown; ticket?: string }) => ({
        pattern: value.what,
        data: value.arguments,
        ...(value.ticket === undefined ? {} : { id: value.ticket }),
      }),
    };
    const serializer = {
      serialize: ({ id, ...rest }: { id: string }) => ({ ticket: id, ...rest, options: { headers: { by: 'us' } } }),
    };
    await serve({ queue: 'own', deserializer, serializer });
    await vhost.channel.assertQueue('answers', { durable: true });
    const request = JSON.stringify({ what: 'sum', arguments: [2, 3], ticket: 't-1' });
    vhost.publish('own', request, { replyTo: 'answers', correlationId: 'c-1' });
    const { content, properties } = await vhost.take('answers');
    expect(JSON.parse(content.toString())).toEqual({ ticket: 't-1', response: 5, isDisposed: true });
    expect(properties).toMatchObject({ correlationId: 'c-1', headers: { by: 'us' } });
  });
});

it('a hybrid application takes the same line', async () => {
  const module = await Test.createTestingModule({ controllers: [CatsController] }).compile();
  const app = closing(module.createNestApplication());
  app.useLogger(false);
  const rmq: RmqOptions = { transport: Transport.RMQ, options: { urls: [vhost.url], queue: 'hybrid' } };
  app.connectMicroservice(warrenTransport(rmq, { settings }));
  await app.startAllMicroservices();
  await emit(clientOf({ queue: 'hybrid' }), 'by.hand', 'heard');
  await hears(1);
});
