import type { Delivery } from './delivery';

/** What a hand-acking handler may do to its delivery. */
export interface HandSettlement {
  ack(): void;
  /** `nack` or `reject` without requeue: the handler refuses the task, which is put aside and never dropped. */
  refuse(): void;
  requeue(): void;
}

/**
 * The channel as `context.getChannelRef()` shows it to a handler: everything is the real channel's, except that
 * settling goes to the delivery in the handler's hand, once. `allUpTo` is ignored: other tasks' deliveries are theirs.
 */
export function settlingChannel(delivery: Delivery, settlement: HandSettlement): object {
  const nack = (_message: unknown, _allUpTo?: boolean, requeue = true): void =>
    requeue ? settlement.requeue() : settlement.refuse();
  const settling: Record<string | symbol, unknown> = {
    ack: () => settlement.ack(),
    ackAll: () => settlement.ack(),
    nack,
    nackAll: (requeue?: boolean) => nack(undefined, false, requeue),
    reject: (_message: unknown, requeue?: boolean) => nack(undefined, false, requeue),
  };
  return new Proxy(delivery.channel, {
    get: (channel, name) => {
      if (Object.hasOwn(settling, name)) return settling[name];
      const value: unknown = Reflect.get(channel, name);
      return typeof value === 'function' ? (value.bind(channel) as unknown) : value;
    },
  });
}
