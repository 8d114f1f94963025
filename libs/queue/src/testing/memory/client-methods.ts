import type { Fields, WireMessage } from '../../connection/client-over';

/** What a client may say on a channel, by the names of amqplib, with the fields that are looked at. */
export interface ClientMethods {
  readonly ChannelOpen: object;
  readonly ChannelClose: object;
  readonly ChannelCloseOk: object;
  readonly ConfirmSelect: object;
  readonly QueueDeclare: {
    readonly queue: string;
    readonly passive: boolean;
    readonly durable: boolean;
    readonly exclusive: boolean;
    readonly autoDelete: boolean;
    readonly arguments: Fields;
  };
  readonly QueueDelete: { readonly queue: string; readonly ifUnused: boolean; readonly ifEmpty: boolean };
  readonly QueuePurge: { readonly queue: string };
  readonly QueueBind: QueueBinding;
  readonly QueueUnbind: QueueBinding;
  readonly ExchangeDeclare: {
    readonly exchange: string;
    readonly type: string;
    readonly passive: boolean;
    readonly durable: boolean;
    readonly autoDelete: boolean;
    readonly internal: boolean;
    readonly arguments: Fields;
  };
  readonly ExchangeDelete: { readonly exchange: string };
  readonly ExchangeBind: ExchangeBinding;
  readonly ExchangeUnbind: ExchangeBinding;
  readonly BasicQos: { readonly prefetchCount: number; readonly global: boolean };
  readonly BasicConsume: {
    readonly queue: string;
    readonly consumerTag: string;
    readonly noAck: boolean;
    readonly exclusive: boolean;
    readonly arguments: Fields;
  };
  readonly BasicCancel: { readonly consumerTag: string };
  readonly BasicGet: { readonly queue: string; readonly noAck: boolean };
  readonly BasicAck: { readonly deliveryTag: number; readonly multiple: boolean };
  readonly BasicNack: { readonly deliveryTag: number; readonly multiple: boolean; readonly requeue: boolean };
  readonly BasicReject: { readonly deliveryTag: number; readonly requeue: boolean };
  readonly BasicRecover: object;
  readonly BasicPublish: {
    readonly exchange: string;
    readonly routingKey: string;
    readonly mandatory: boolean;
  };
}

interface QueueBinding {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly arguments?: Fields;
}

interface ExchangeBinding {
  readonly destination: string;
  readonly source: string;
  readonly routingKey: string;
  readonly arguments?: Fields;
}

/** What a broker answers: a method, and the message that follows it, if one does. */
export interface Answer {
  readonly method: string;
  readonly fields: Fields;
  readonly message?: WireMessage;
}

/** The answer to a method that has nothing to tell but that it is done. */
export function done(method: keyof ClientMethods, fields: Fields = {}): Answer {
  return { method: `${method}Ok`, fields };
}
