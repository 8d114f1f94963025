import { DefinitionError } from '../errors';
import { isShortString } from '../message/field-table';
import { matchesTopic } from './topic-pattern';

/** AMQP's types of exchanges. */
export type ExchangeType = 'direct' | 'topic' | 'fanout' | 'headers';

/** A value of a header, as a headers exchange compares it. */
type Comparable = string | number | boolean;

/** What every binding says of its exchange. */
interface ToExchange {
  /** The exchange's name. A worker declares it, durable, before it binds its queue. */
  readonly exchange: string;
  /** `false`: somebody else declares the exchange; where it does not exist the binding is refused. Default: `true`. */
  readonly declare?: boolean;
  /** What the exchange is declared with, such as `alternate-exchange`. Default: nothing. */
  readonly arguments?: ExchangeArguments;
}

/**
 * How a queue is bound to an exchange, and so which messages of it the queue gets. `topic`, the default: those whose routing key matches the
 * pattern (`order.*`, `#`). `direct`: those whose key it is. `fanout`: all. `headers`: those that have these headers, all of
 * them or, with `match: 'any'`, one.
 */
export type QueueBinding =
  | (ToExchange & { readonly type?: 'topic'; readonly pattern: string })
  | (ToExchange & { readonly type: 'direct'; readonly pattern: string })
  | (ToExchange & { readonly type: 'fanout' })
  | (ToExchange & {
      readonly type: 'headers';
      /** None, with `match: 'all'`, is everything. */
      readonly headers: Readonly<Record<string, Comparable>>;
      readonly match?: 'all' | 'any';
    });

/** What an exchange may be declared with. */
export type ExchangeArguments = Readonly<Record<string, Comparable>>;

/** One exchange as it is declared: durable, never deleted by itself. */
export interface ExchangePlan {
  readonly name: string;
  /** AMQP's, or that of a plugin. */
  readonly type: string;
  /** What it is declared with. An event that says nothing leaves it to the queues that are bound; where none of them does, nothing. */
  readonly arguments?: ExchangeArguments;
  /** Whether somebody else declares it. An event that says nothing leaves it to the queues that are bound; where none of them does, no. */
  readonly isForeign?: boolean;
}

/** One binding as it is declared. */
export interface BindingPlan {
  readonly queue: string;
  readonly exchange: ExchangePlan;
  readonly pattern: string;
  readonly arguments: Readonly<Record<string, Comparable>>;
}

/** How a queue's bindings are declared. */
export function bindingPlans(queue: string, bindings: readonly QueueBinding[] = []): readonly BindingPlan[] {
  return bindings.map((binding) => ({
    queue,
    exchange: exchangePlan(binding.exchange, binding.type, binding.declare ?? true, binding.arguments ?? {}),
    ...routingOf(binding),
  }));
}

/** The plan of an exchange; what somebody else declares it with is not known here. */
export function exchangePlan(
  name: string,
  type: string = 'topic',
  declare?: boolean,
  given?: ExchangeArguments,
): ExchangePlan {
  if (declare === false) return { name, type, isForeign: true };
  return {
    name,
    type,
    ...(given === undefined ? {} : { arguments: given }),
    ...(declare === undefined ? {} : { isForeign: false }),
  };
}

/** One plan of what two definitions say of an exchange; it is declared where one of them does. They agree where both say something. */
export function mergedExchange(one: ExchangePlan, other: ExchangePlan): ExchangePlan {
  const given = one.arguments ?? other.arguments;
  const isForeign = one.isForeign === false || other.isForeign === false ? false : (one.isForeign ?? other.isForeign);
  return {
    name: one.name,
    type: one.type,
    ...(given === undefined ? {} : { arguments: given }),
    ...(isForeign === undefined ? {} : { isForeign }),
  };
}

function routingOf(binding: QueueBinding): Pick<BindingPlan, 'pattern' | 'arguments'> {
  switch (binding.type) {
    case 'fanout':
      return { pattern: '', arguments: {} };
    case 'headers':
      return { pattern: '', arguments: { ...binding.headers, 'x-match': binding.match ?? 'all' } };
    default:
      return { pattern: binding.pattern, arguments: {} };
  }
}

/** Whether what is published to this exchange with this key is sure to come by the binding. What goes by headers is not known before. */
export function isRoutedBy(binding: QueueBinding, exchange: string, key: string): boolean {
  if (binding.exchange !== exchange) return false;
  switch (binding.type) {
    case 'fanout':
      return true;
    case 'headers':
      return false;
    case 'direct':
      return binding.pattern === key;
    default:
      return matchesTopic(binding.pattern, key);
  }
}

/** @throws DefinitionError when the broker or Warren could not use one of them. */
export function assertBindings(queue: string, bindings: readonly QueueBinding[]): void {
  for (const binding of bindings) {
    assertExchangeName(binding.exchange, `Queue "${queue}"`);
    const fault = (why: string): DefinitionError =>
      new DefinitionError(`Queue "${queue}", binding to exchange "${binding.exchange}": ${why}.`);
    if (binding.type === 'headers') {
      const names = Object.keys(binding.headers);
      if (names.length === 0 && binding.match !== 'all')
        throw fault("it names no header; one that is to bring everything says match: 'all'");
      if (names.some((name) => name.startsWith('x-')))
        throw fault('the broker does not compare headers whose names begin with "x-"');
    } else if (binding.type !== 'fanout' && !isShortString(binding.pattern)) {
      throw fault('its pattern has more than 255 bytes');
    }
  }
}

/** @throws DefinitionError when it is no name for an exchange that tasks may come by. */
export function assertExchangeName(exchange: string, whose: string): void {
  if (exchange === '' || !isShortString(exchange))
    throw new DefinitionError(
      `${whose}: an exchange's name has 1 to 255 bytes; every queue is bound to the one without a name.`,
    );
  if (exchange.startsWith('delay.'))
    throw new DefinitionError(`${whose}: exchanges whose names begin with "delay." belong to the delay levels.`);
}
