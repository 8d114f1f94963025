import type { Fields } from '../../connection/client-over';

/** What happened to a message when it was dead-lettered, as `x-death` tells it. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** One entry of `x-death`: so often a message left this queue for this reason. */
export interface Death {
  readonly count: number;
  readonly reason: string;
  readonly queue: string;
  readonly time: unknown;
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
  readonly 'original-expiration'?: string;
}

/** A message as a queue keeps it. */
export interface StoredMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Fields;
  readonly content: Buffer;
  readonly deaths?: readonly Death[];
  /** Its place among all that the broker has taken. */
  readonly place: number;
  /** Milliseconds since 1970; `undefined`: it does not expire. */
  expiresAt: number | undefined;
  /** It was handed out before. */
  isRedelivered: boolean;
  /** How often it came back as failed, and how often it was handed out: what quorum queues count. */
  returns: number;
  handedOut: number;
}

/** A message that comes in. */
export interface IncomingToStore {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Fields;
  readonly content: Buffer;
  /** What the broker itself has done with it: from RabbitMQ 4.0 on an `x-death` that a client publishes is a header as any other. */
  readonly deaths?: readonly Death[];
}

/** A message's headers; none counts as empty. */
export function headersOf({ properties }: { readonly properties: Fields }): Readonly<Record<string, unknown>> {
  const { headers } = properties;
  return typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {};
}
