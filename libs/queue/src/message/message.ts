/** The AMQP properties Warren sets or keeps. Names as in amqplib. */
export interface MessageProperties {
  readonly messageId?: string;
  readonly type?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly correlationId?: string;
  readonly replyTo?: string;
  readonly appId?: string;
  readonly priority?: number;
  /** Milliseconds of relative time to live, in digits. */
  readonly expiration?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message ready to be published. */
export interface OutgoingMessage {
  readonly content: Buffer;
  readonly properties: MessageProperties;
}

/** A message as the broker handed it out: bytes, properties and how it came. */
export interface IncomingMessage {
  readonly content: Buffer;
  readonly fields: {
    readonly deliveryTag: number;
    readonly redelivered: boolean;
    readonly exchange: string;
    readonly routingKey: string;
    readonly consumerTag?: string;
  };
  readonly properties: {
    readonly messageId?: unknown;
    readonly type?: unknown;
    readonly contentType?: unknown;
    readonly contentEncoding?: unknown;
    readonly correlationId?: unknown;
    readonly replyTo?: unknown;
    readonly appId?: unknown;
    readonly priority?: unknown;
    readonly expiration?: unknown;
    readonly timestamp?: unknown;
    readonly userId?: unknown;
    readonly headers?: Record<string, unknown>;
  };
}

/** What a returned message is recognised by: a dead letter by its own id, everything else by its message id. */
export function identityOf(properties: {
  readonly messageId?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}): string {
  const candidates = [properties.headers?.['x-dead-letter-id'], properties.messageId];
  return candidates.find((id) => typeof id === 'string') ?? '';
}
