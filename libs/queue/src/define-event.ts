import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DefinitionError } from './errors';
import { isShortString } from './message/field-table';
import { nestFormat } from './message/formats';
import type { MessageFormat } from './message/formats';
import { taskVersions } from './task-versions';
import type { TaskVersions, TaskVersionsInput } from './task-versions';
import { assertExchangeName, exchangePlan } from './topology/bindings';
import type { ExchangeArguments, ExchangePlan, ExchangeType } from './topology/bindings';

/** What `defineEvent` takes. */
export interface EventDefinitionInput<Schema extends StandardSchemaV1> extends TaskVersionsInput {
  /** What has happened: the pattern of its `@EventPattern` handlers and the message's `type`. 1 to 128 characters, 255 bytes at most. */
  readonly name: string;
  /** The exchange that it is published to, which spreads it to the queues that are bound. Declared, durable, before the first event. */
  readonly exchange: string;
  /** The exchange's type. Default: `topic`. */
  readonly type?: ExchangeType;
  /** `false`: somebody else declares the exchange, and the publisher needs no right to. Default: as the queues that are bound say, or else `true`. */
  readonly declare?: boolean;
  /** What the exchange is declared with, such as `alternate-exchange`. Default: as the queues that are bound say, or else nothing. */
  readonly arguments?: ExchangeArguments;
  /** What `topic` and `direct` exchanges route by. Default: the name. */
  readonly routingKey?: string;
  /** Any Standard Schema. Checked when the event is published, and again in every queue before it is handled. */
  readonly payload: Schema;
  /** How its messages are written; the queues that are bound have to read it. Default: Nest's `{"pattern","data"}`. */
  readonly format?: MessageFormat;
  /** One sentence for people. */
  readonly description?: string;
}

/** Something that has happened, for whoever is interested. Made by {@link defineEvent}. */
export interface EventDefinition<Schema extends StandardSchemaV1 = StandardSchemaV1> extends TaskVersions {
  readonly name: string;
  readonly exchange: ExchangePlan;
  readonly routingKey: string;
  readonly payload: Schema;
  readonly format: MessageFormat;
  readonly description?: string;
}

/**
 * Defines an event: one message that comes into every queue that is bound to its exchange (`bindings` of `defineQueue`), and is handled there
 * as a task is, with the attempts and the dead letters of that queue. A task has one queue, which is known; an event has none, one or many.
 * @throws DefinitionError when a value cannot be used.
 */
export function defineEvent<Schema extends StandardSchemaV1>(
  input: EventDefinitionInput<Schema>,
): EventDefinition<Schema> {
  const { name, exchange, type, routingKey = name, payload, format = nestFormat, description } = input;
  if (name.length < 1 || name.length > 128 || !isShortString(name))
    throw new DefinitionError(`Event "${name.slice(0, 140)}": a name has 1 to 128 characters and 255 bytes at most.`);
  if (!isShortString(routingKey))
    throw new DefinitionError(`Event "${name}": its routing key has more than 255 bytes.`);
  assertExchangeName(exchange, `Event "${name}"`);
  return Object.freeze({
    name,
    exchange: exchangePlan(exchange, type, input.declare, input.arguments),
    routingKey,
    ...taskVersions(`Event "${name}"`, input),
    payload,
    format,
    ...(description === undefined ? {} : { description }),
  });
}
