import { ConfigurationError, DefinitionError } from '../errors';
import { workQueuePlan } from '../topology/queue-arguments';
import { fromNest } from './nest-options';
import type { NestRmqOptions } from './nest-options';

const of = (options: NestRmqOptions) => fromNest({ queue: 'cats', ...options });
const planOf = (options: NestRmqOptions) => workQueuePlan(of(options).queue, 'quorum');

describe('Nest’s options of the RMQ transport', () => {
  it('mean a durable classic queue without arguments, where they say nothing', () => {
    expect(of({})).toMatchObject({
      queue: { name: 'cats', type: 'classic', concurrency: 1_000, attempts: 1 },
      settings: { urls: ['amqp://localhost:5672'] },
      patternsTo: undefined,
    });
    expect(planOf({})).toEqual({ name: 'cats', durable: true, autoDelete: false, arguments: {} });
  });

  it('say how the queue is declared, in Nest’s words and in the broker’s', () => {
    const queueOptions = {
      durable: false,
      autoDelete: true,
      messageTtl: 5,
      expires: 6,
      deadLetterExchange: 'dead',
      deadLetterRoutingKey: 'cats',
      maxLength: 7,
      maxPriority: 8,
      overflow: 'reject-publish',
      queueMode: 'lazy',
      arguments: { 'x-single-active-consumer': true },
    };
    expect(planOf({ queueOptions })).toEqual({
      name: 'cats',
      durable: false,
      autoDelete: true,
      arguments: {
        'x-single-active-consumer': true,
        'x-message-ttl': 5,
        'x-expires': 6,
        'x-dead-letter-exchange': 'dead',
        'x-dead-letter-routing-key': 'cats',
        'x-max-length': 7,
        'x-max-priority': 8,
        'x-overflow': 'reject-publish',
        'x-queue-mode': 'lazy',
      },
    });
    expect(of({ queueOptions: { arguments: { 'x-queue-type': 'quorum' } } }).queue.type).toBe('quorum');
  });

  it.each<[string, NestRmqOptions]>([
    ['noAssert', { noAssert: true }],
    ['queueOptions.noAssert', { queueOptions: { noAssert: true } }],
  ])('leave the declaring to others by %s', (_what, options) => {
    expect(of(options).queue.declaredAs).toBe(false);
  });

  it('say how many run at once, what the consumer is called, and how runs are tried again besides', () => {
    const { queue } = fromNest({ queue: 'cats', prefetchCount: 5, consumerTag: 'tom' }, { attempts: 3 });
    expect(queue).toMatchObject({ concurrency: 5, consumerTag: 'tom', attempts: 3 });
  });

  it('say where the broker is, as text or in parts, and how it is reached', () => {
    const url = { protocol: 'amqps', hostname: 'rabbit', port: 5671, username: 'a@b', password: 'p/w', vhost: 'v w' };
    const connectionOptions = { timeout: 3_000, ca: 'the authority' } as NonNullable<
      NonNullable<NestRmqOptions['socketOptions']>['connectionOptions']
    >;
    const { settings, connectionOptions: passedOn } = of({
      urls: [url, { hostname: 'other', frameMax: 8_192 }],
      socketOptions: { heartbeatIntervalInSeconds: 20, reconnectTimeInSeconds: 0.5, connectionOptions },
    });
    expect(settings).toEqual({
      urls: ['amqps://a%40b:p%2Fw@rabbit:5671/v%20w', 'amqp://other:5672?frameMax=8192'],
      heartbeat: 20,
      reconnectDelay: 500,
      connectTimeout: 3_000,
    });
    expect(passedOn).toEqual(connectionOptions);
    expect(of({ urls: ['amqp://a', 'amqp://b'] }).settings.urls).toEqual(['amqp://a', 'amqp://b']);
  });

  it.each<[string, NestRmqOptions, unknown, unknown]>([
    ['wildcards', { wildcards: true }, [], { exchange: 'cats', type: 'topic' }],
    ['wildcards and an exchange', { wildcards: true, exchange: 'pets' }, [], { exchange: 'pets', type: 'topic' }],
    [
      'a fanout exchange',
      { exchange: 'pets', exchangeType: 'fanout' },
      [{ exchange: 'pets', type: 'fanout' }],
      undefined,
    ],
    [
      'a direct exchange and a key',
      { exchange: 'pets', exchangeType: 'direct', routingKey: 'cat' },
      [{ exchange: 'pets', type: 'direct', pattern: 'cat' }],
      undefined,
    ],
    [
      'an exchange with arguments',
      { exchange: 'pets', routingKey: 'cat.*', exchangeArguments: { 'alternate-exchange': 'rest' } },
      [{ exchange: 'pets', type: 'topic', pattern: 'cat.*', arguments: { 'alternate-exchange': 'rest' } }],
      undefined,
    ],
    [
      'a headers exchange and a key, for everything',
      { exchange: 'pets', exchangeType: 'headers', routingKey: 'any' },
      [{ exchange: 'pets', type: 'headers', headers: {}, match: 'all' }],
      undefined,
    ],
    ['no exchange', {}, undefined, undefined],
  ])('bind the queue by %s', (_what, options, bindings, patternsTo) => {
    const meaning = of(options);
    expect(meaning.queue.bindings).toEqual(bindings);
    expect(meaning.patternsTo).toEqual(patternsTo);
  });

  it('have a client’s own options besides, which mean nothing to a server', () => {
    const own = { replyQueue: 'answers', persistent: true, headers: { tenant: 'a' }, isGlobalPrefetchCount: true };
    expect(JSON.stringify(of(own))).toBe(JSON.stringify(of({})));
  });

  it.each<[number | undefined, number | undefined]>([
    [undefined, undefined],
    [-1, undefined],
    [0, undefined],
    [3, 3],
  ])('say %s of the attempts to connect: %s', (maxConnectionAttempts, attempts) => {
    expect(of(maxConnectionAttempts === undefined ? {} : { maxConnectionAttempts }).maxConnectionAttempts).toBe(
      attempts,
    );
  });

  it('are read by the application’s own deserializer', () => {
    const deserialize = (value: unknown, options?: Record<string, unknown>) => ({
      pattern: String(options?.['type']),
      data: value,
    });
    const { format } = of({ deserializer: { deserialize } }).queue;
    const read = (text: string) => format.read({ content: Buffer.from(text), properties: { type: 'meow' } });
    expect(read('{"a":1}')).toEqual({ name: 'meow', payload: { a: 1 } });
    expect(read('plain text')).toEqual({ name: 'meow', payload: 'plain text' });
    const later = of({ deserializer: { deserialize: async () => ({ pattern: 'a', data: 1 }) } }).queue.format;
    expect(later.read({ content: Buffer.from('{}'), properties: {} })).toBeUndefined();
  });

  it.each<[string, NestRmqOptions, string]>([
    ['queue', { queue: '' }, 'must be named'],
    ['noAck', { noAck: true }, 'leave it out'],
    ['queueOptions.exclusive', { queueOptions: { exclusive: true } }, 'cannot be'],
    ['socketOptions.findServers', { socketOptions: { findServers: () => [] } }, 'name the nodes in urls'],
    ['prefetch', { prefetch: 1 } as NestRmqOptions, 'no option of Nest’s'],
  ])('are refused by their names: %s', (field, options, why) => {
    expect(() => of(options)).toThrow(ConfigurationError);
    expect(() => of(options)).toThrow(new RegExp(`${field}: .*${why}`));
  });

  it('are refused all at once', () => {
    expect(() => of({ noAck: true, queueOptions: { exclusive: true } })).toThrow('2 settings are wrong');
  });

  it('cannot name a queue as none of Warren’s may be named', () => {
    expect(() => fromNest({ queue: 'cats.dlq' })).toThrow(DefinitionError);
  });
});
