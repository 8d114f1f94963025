/** Where a message is published to, and the work queue or dead-letter queue it is on its way to. */
export interface Route {
  /** `''` is the default exchange, which takes a message straight to the queue its routing key names. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly queue: string;
  /** It waits in the delay levels first. */
  readonly isDelayed: boolean;
}

/** To an exchange, and from there to the queues that are bound to it. `queue` is the exchange's name, for people. */
export function routeToExchange(exchange: string, routingKey: string): Route {
  return { exchange, routingKey, queue: exchange, isDelayed: false };
}

/** Straight to a queue. */
export function routeTo(queue: string): Route {
  return { exchange: '', routingKey: queue, queue, isDelayed: false };
}
