import type { Channel, GetMessage } from '../connection/amqp';
import type { Delivery } from './delivery';

/** What a hand-acking handler may do to its delivery. */
export interface HandSettlement {
  ack(): void;
  /** `nack` or `reject` without requeue: the handler rejects the task, which is put aside and never dropped. */
  reject(): void;
  requeue(): void;
  /** The handler settles a message that was handed to somebody else. */
  ignore(verb: string): void;
}

/** The part of a message that says which delivery it is. */
interface Tagged {
  readonly fields?: { readonly deliveryTag?: unknown };
}

/**
 * The channel as `context.getChannelRef()` shows it to a handler: everything is the real channel's, except that
 * settling goes to the delivery in the handler's hand, once. Other tasks' deliveries are theirs: `allUpTo` is ignored,
 * and so is another delivery's message. What the handler has fetched here for itself (`channel.get`) is its own to settle.
 */
export function settlingChannel(delivery: Delivery, settlement: HandSettlement): object {
  const { deliveryTag } = delivery.message.fields;
  const { amqp } = delivery.channel;
  const fetched = new WeakSet<object>();
  const get = async (...args: Parameters<Channel['get']>): ReturnType<Channel['get']> => {
    const message = await amqp.get(...args);
    if (message !== false) fetched.add(message);
    return message;
  };
  const isFetched = (message?: Tagged): message is GetMessage => message !== undefined && fetched.has(message);
  const ack = (message?: Tagged): void => {
    if (isFetched(message)) amqp.ack(message);
    else if (message === undefined || message.fields?.deliveryTag === deliveryTag) settlement.ack();
    else settlement.ignore('ack');
  };
  const nack = (message?: Tagged, _allUpTo?: boolean, requeue = true): void => {
    if (isFetched(message)) amqp.nack(message, false, requeue);
    else if (message !== undefined && message.fields?.deliveryTag !== deliveryTag) settlement.ignore('nack');
    else if (requeue) settlement.requeue();
    else settlement.reject();
  };
  const settling: Record<string | symbol, unknown> = {
    get,
    ack: (message: Tagged) => ack(message),
    ackAll: () => ack(),
    nack,
    nackAll: (requeue?: boolean) => nack(undefined, false, requeue),
    reject: (message: Tagged, requeue?: boolean) => nack(message, false, requeue),
  };
  return new Proxy(amqp, {
    get: (channel, name) => {
      if (Object.hasOwn(settling, name)) return settling[name];
      const value: unknown = Reflect.get(channel, name);
      return typeof value === 'function' ? (value.bind(channel) as unknown) : value;
    },
  });
}
