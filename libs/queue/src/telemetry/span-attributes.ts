import type { Attributes } from '@opentelemetry/api';
import { header, numberHeader } from '../message/headers';
import type { IncomingMessage, OutgoingMessage } from '../message/message';
import type { TracedOptions, TracedTask } from '../tracing';

/** The kinds of operations that the messaging conventions know. */
export type OperationType = 'create' | 'send' | 'process' | 'settle';

/**
 * What every span of Warren's says, by OpenTelemetry's conventions for RabbitMQ. The destination is always the work queue: the exchange
 * and the routing key of a delayed task are how it waits, and would make a name of each delay.
 */
export function operation(name: string, type: OperationType, queue: string | undefined): Attributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    ...(queue === undefined ? {} : { 'messaging.destination.name': queue }),
  };
}

/** The broker, when it is one; which node of several is in use is the connection's to know. */
export function serverAttributes(urls: readonly string[]): Attributes {
  const [url, ...others] = urls;
  if (url === undefined || others.length > 0 || !URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  const standard = protocol === 'amqps:' ? 5_671 : 5_672;
  return { 'server.address': hostname, 'server.port': port === '' ? standard : Number(port) };
}

export function addedTask(name: string, { id, delay }: TracedOptions): Attributes {
  return {
    'warren.task.name': name,
    ...(typeof id === 'string' ? { 'messaging.message.id': id } : {}),
    ...(typeof delay === 'number' ? { 'warren.task.delay': delay } : {}),
  };
}

/** A task in a worker's hand. */
export function handledTask({ id, name, attempt, isRedelivered, message }: TracedTask): Attributes {
  return {
    ...(id === undefined ? {} : { 'messaging.message.id': id }),
    ...(name === undefined ? {} : { 'warren.task.name': name }),
    'warren.task.attempt': attempt,
    ...(isRedelivered ? { 'warren.task.redelivered': true } : {}),
    ...deliveryOf(message),
  };
}

/** What the message of a task says that is sent on: when it runs again, or why it does not. */
export function movedTask({ properties: { headers } }: OutgoingMessage): Attributes {
  const reason = headers[header.deadLetterReason];
  const delay = numberHeader(headers, header.retryDelay);
  const next = numberHeader(headers, header.attempt);
  if (typeof reason === 'string') return { 'warren.dead_letter.reason': reason };
  return {
    ...(next === undefined ? {} : { 'warren.task.next_attempt': next }),
    ...(delay === undefined ? {} : { 'warren.task.delay': delay }),
  };
}

function deliveryOf({ fields, properties: { correlationId } }: IncomingMessage): Attributes {
  return {
    'messaging.rabbitmq.message.delivery_tag': fields.deliveryTag,
    ...(fields.routingKey === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': fields.routingKey }),
    ...(typeof correlationId === 'string' ? { 'messaging.message.conversation_id': correlationId } : {}),
  };
}
