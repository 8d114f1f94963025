import type { RmqOptions } from '@nestjs/microservices';
import { defineQueue } from '../define-queue';
import type { QueueDeclaration, QueueDefinition } from '../define-queue';
import { ConfigurationError } from '../errors';
import type { Problem } from '../errors';
import type { QueueSettings } from '../queue.options';
import type { RunPolicyInput } from '../run-policy';
import type { QueueBinding } from '../topology/bindings';
import { nestDeserialized } from './nest-deserialized';

/** The options of Nest's RMQ transport. */
export type NestRmqOptions = NonNullable<RmqOptions['options']>;

/** What Nest's options say, in Warren's words. */
export interface FromNest {
  readonly queue: QueueDefinition;
  readonly settings: Partial<QueueSettings>;
  readonly connectionOptions: Readonly<Record<string, unknown>> | undefined;
  /** Every pattern of a handler is a binding to this exchange (`wildcards`). */
  readonly patternsTo: Pick<QueueBinding, 'exchange' | 'type' | 'arguments'> | undefined;
  readonly serializer: NestRmqOptions['serializer'];
  /** Attempts to connect before the first one that succeeds, after which `listen` rejects. `undefined`: without end. */
  readonly maxConnectionAttempts: number | undefined;
}

/** Nest has no limit of its own (`prefetchCount: 0`), which hands one worker all there is. */
const UNLIMITED = 1_000;

const NEST_URL = 'amqp://localhost:5672';

/** Options of Nest's server and client; the rest is not known here. The client's own have no say in a server, as in Nest's. */
const KNOWN: Readonly<Record<keyof NestRmqOptions, true>> = {
  urls: true,
  queue: true,
  prefetchCount: true,
  isGlobalPrefetchCount: true, // one consumer a channel: the same
  queueOptions: true,
  socketOptions: true,
  noAck: true,
  consumerTag: true,
  serializer: true,
  deserializer: true,
  replyQueue: true,
  persistent: true,
  headers: true,
  noAssert: true,
  exchange: true,
  exchangeType: true,
  exchangeArguments: true,
  routingKey: true,
  wildcards: true,
  maxConnectionAttempts: true,
};

/**
 * What the options of Nest's RMQ transport mean to Warren.
 * @throws ConfigurationError that names every field that cannot be had, and why
 * @throws DefinitionError when the queue or the policy cannot be
 */
export function fromNest(options: NestRmqOptions, policy: RunPolicyInput = {}): FromNest {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { queue: name = '', prefetchCount = 0, consumerTag, deserializer, socketOptions } = options;
  const declaredAs = declarationOf(options);
  const bindings = bindingsOf(options);
  const isQuorum = declaredAs !== false && declaredAs.arguments?.['x-queue-type'] === 'quorum';
  const queue = defineQueue({
    ...policy,
    name,
    type: isQuorum ? 'quorum' : 'classic',
    declaredAs,
    concurrency: prefetchCount === 0 ? UNLIMITED : prefetchCount,
    ...(bindings === undefined ? {} : { bindings }),
    ...(consumerTag === undefined ? {} : { consumerTag }),
    ...(deserializer === undefined ? {} : { format: nestDeserialized(deserializer) }),
  });
  const {
    connectionOptions,
    heartbeatIntervalInSeconds: heartbeat,
    reconnectTimeInSeconds: reconnect,
  } = socketOptions ?? {};
  const timeout = connectionOptions?.timeout;
  const { maxConnectionAttempts = -1 } = options;
  return {
    queue,
    settings: {
      urls: urlsOf(options),
      ...(heartbeat === undefined ? {} : { heartbeat }),
      ...(reconnect === undefined ? {} : { reconnectDelay: Math.round(reconnect * 1_000) }),
      ...(timeout === undefined ? {} : { connectTimeout: timeout }),
    },
    connectionOptions: connectionOptions as Readonly<Record<string, unknown>> | undefined,
    patternsTo: options.wildcards === true ? exchangeOf(options) : undefined,
    serializer: options.serializer,
    maxConnectionAttempts: maxConnectionAttempts > 0 ? maxConnectionAttempts : undefined,
  };
}

function problemsOf(options: NestRmqOptions): Problem[] {
  const { queue, noAck, queueOptions, socketOptions } = options;
  const wrong: readonly (readonly [isWrong: boolean, path: string, message: string])[] = [
    [
      queue === undefined || queue === '',
      'queue',
      'must be named: one that the broker names ends with its connection, and what failed has nowhere to be kept. For a queue of each instance ' +
        'name it after the instance, by names that come back',
    ],
    [
      noAck === true,
      'noAck',
      'would have the broker forget a message before its handler has begun; Warren acknowledges when it has ended, so leave it out',
    ],
    [
      queueOptions?.['exclusive'] === true,
      'queueOptions.exclusive',
      'cannot be: whoever retries and puts aside publishes into it from another connection',
    ],
    [
      socketOptions?.findServers !== undefined,
      'socketOptions.findServers',
      'is not asked, nor does Nest’s server: name the nodes in urls',
    ],
  ];
  const unknown = Object.keys(options).filter((field) => !(field in KNOWN));
  return [
    ...wrong.filter(([isWrong]) => isWrong).map(([, path, message]) => ({ path, message })),
    ...unknown.map((path) => ({ path, message: 'is no option of Nest’s RMQ transport that Warren knows' })),
  ];
}

function urlsOf({ urls = [] }: NestRmqOptions): readonly string[] {
  const given = urls.map((url) => (typeof url === 'string' ? url : textOf(url)));
  return given.length === 0 ? [NEST_URL] : given;
}

function textOf(url: Exclude<NonNullable<NestRmqOptions['urls']>[number], string>): string {
  const { protocol = 'amqp', hostname = 'localhost', port = 5672, username, password = '', vhost = '/' } = url;
  const login = username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  const { frameMax, heartbeat, locale } = url;
  const query = Object.entries({ frameMax, heartbeat, locale }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return `${protocol}://${login}${hostname}:${port}${path}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** As amqplib reads Nest's `queueOptions`. */
function declarationOf({
  queueOptions = {},
  noAssert = queueOptions['noAssert'] === true,
}: NestRmqOptions): QueueDeclaration | false {
  if (noAssert) return false;
  const { durable = true, autoDelete = false, ...named } = queueOptions;
  const given = (named.arguments ?? {}) as Readonly<Record<string, string | number | boolean>>;
  const extensions = {
    'x-expires': named.expires,
    'x-message-ttl': named.messageTtl,
    'x-dead-letter-exchange': named.deadLetterExchange,
    'x-dead-letter-routing-key': named.deadLetterRoutingKey,
    'x-max-length': named.maxLength,
    'x-max-priority': named.maxPriority,
    'x-overflow': named['overflow'] as string | undefined,
    'x-queue-mode': named['queueMode'] as string | undefined,
  };
  const said = Object.entries(extensions).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return { durable, autoDelete, arguments: { ...given, ...Object.fromEntries(said) } };
}

/** `undefined` where nothing is said of exchanges: then a pattern with wildcards is a name like any other, as in Nest. */
function bindingsOf(options: NestRmqOptions): readonly QueueBinding[] | undefined {
  const { exchange, wildcards, exchangeType, routingKey } = options;
  if (exchange === undefined && wildcards !== true) return undefined;
  if (exchangeType === 'fanout') return [{ ...exchangeOf(options), type: 'fanout' }];
  if (routingKey === undefined) return [];
  return [boundBy(exchangeOf(options), routingKey)];
}

/** The exchange is called as the queue is, where nothing is said. */
function exchangeOf({
  exchange,
  queue = '',
  exchangeType,
  exchangeArguments,
}: NestRmqOptions): NonNullable<FromNest['patternsTo']> {
  return {
    exchange: exchange ?? queue,
    type: (exchangeType ?? 'topic') as 'topic', // or a plugin's, which routes by the key in its own way
    ...(exchangeArguments === undefined ? {} : { arguments: exchangeArguments }),
  };
}

/** One binding by a routing key, or a pattern of one. Nest binds to a headers exchange without headers, which brings everything. */
export function boundBy(exchange: NonNullable<FromNest['patternsTo']>, pattern: string): QueueBinding {
  if (exchange.type === 'headers') return { ...exchange, type: 'headers', headers: {}, match: 'all' };
  return { ...exchange, pattern } as QueueBinding;
}
