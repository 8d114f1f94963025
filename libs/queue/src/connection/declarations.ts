import type { Channel } from 'amqplib';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { QueuePlan } from '../topology/queue-arguments';

/** One thing that a broker is asked to have: a queue, a durable exchange (a topic one unless it says so), or a binding of one to an exchange. */
export type Declaration =
  | { readonly kind: 'queue'; readonly plan: QueuePlan }
  | {
      readonly kind: 'exchange';
      readonly name: string;
      readonly type?: string;
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'queue-binding' | 'exchange-binding';
      readonly to: string;
      readonly from: string;
      readonly pattern: string;
      readonly arguments?: Readonly<Record<string, unknown>>;
    };

/** The methods of AMQP 0-9-1 that declare, as `class << 16 | method` (https://www.rabbitmq.com/amqp-0-9-1-reference). */
const method = {
  exchangeDeclare: 0x28_00_0a,
  exchangeBind: 0x28_00_1e,
  queueDeclare: 0x32_00_0a,
  queueBind: 0x32_00_14,
} as const;

/** The part of amqplib's channel that sends a method and expects nothing; it is in none of its types. */
interface SendingChannel {
  sendImmediately(method: number, fields: Readonly<Record<string, unknown>>): boolean;
}

/**
 * Declares one after the other, each in a round trip of its own.
 * @throws TopologyError when the broker refuses one, with its name, the difference and the remedy.
 */
export async function declareEach(channel: Channel, declarations: readonly Declaration[]): Promise<void> {
  for (const declaration of declarations) {
    try {
      await declareAtOnce(channel, [declaration]);
    } catch (error) {
      throw refusalOf(declaration, error) ?? error;
    }
  }
}

/**
 * Declares all of them in one round trip: each with its `no-wait` bit, which amqplib's own calls never set, and behind them one
 * call that is answered. The broker does what comes over one channel in its order, so that answer means that all of them are
 * there. To declare what exists changes nothing. The channel must have no consumer: it gets a prefetch of 1.
 * @throws what the broker says when it refuses one, which closes the channel and does not say reliably which one it was:
 * {@link declareEach} on another channel does.
 */
export async function declareAtOnce(channel: Channel, declarations: readonly Declaration[]): Promise<void> {
  for (const declaration of declarations) send(channel, declaration);
  await channel.prefetch(1); // any call that is answered and needs no permission
}

function refusalOf(declaration: Declaration, error: unknown): Error | undefined {
  if (declaration.kind === 'queue') return topologyErrorOf(declaration.plan.name, error);
  if (declaration.kind === 'exchange') return topologyErrorOf(declaration.name, error, 'Exchange');
  if (error instanceof Error && error.message.includes('no exchange'))
    return topologyErrorOf(declaration.from, error, 'Exchange');
  return topologyErrorOf(declaration.to, error);
}

function send(channel: Channel, declaration: Declaration): void {
  const [name, fields] = methodOf(declaration);
  (channel as unknown as SendingChannel).sendImmediately(method[name], { ticket: 0, ...fields, nowait: true });
}

function methodOf(declaration: Declaration): [keyof typeof method, Record<string, unknown>] {
  const lasting = { passive: false, autoDelete: false };
  if (declaration.kind === 'queue') {
    const { plan } = declaration;
    const { name: queue, autoDelete = false, arguments: queueArguments } = plan;
    const fields = { queue, durable: plan.durable, autoDelete, exclusive: false, arguments: queueArguments };
    return ['queueDeclare', { ...lasting, ...fields }];
  }
  if (declaration.kind === 'exchange') {
    const { name: exchange, type = 'topic', arguments: exchangeArguments } = declaration;
    const fields = { exchange, type, durable: true, internal: false, arguments: exchangeArguments };
    return ['exchangeDeclare', { ...lasting, ...fields }];
  }
  const { kind, to, from, pattern } = declaration;
  const binding = { routingKey: pattern, arguments: declaration.arguments ?? {} };
  return kind === 'queue-binding'
    ? ['queueBind', { ...binding, queue: to, exchange: from }]
    : ['exchangeBind', { ...binding, destination: to, source: from }];
}
