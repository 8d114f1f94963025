import { isNativeError } from 'node:util/types';
import type { ChannelModel } from 'amqplib';
import { endedWithin } from '../ended-within';
import { NotConnectedError } from '../errors';
import type { AccessDeniedError } from '../errors';
import type { ConnectionRole, QueueEvents } from '../events';
import { maskUrl } from './broker-url';
import { amqpConnector } from './connector';
import type { Connector, Link, LinkSettings } from './connector';
import { handshakeRefusalOf } from './handshake-refusal';
import { ToldReasons } from './told-reasons';

/** `idle` until the first `open()`; `reopening` after a loss; `closed` for good. */
export type ConnectionState = 'idle' | 'opening' | 'open' | 'reopening' | 'closed';

/** Who is told when the connection changes. `unblocked`: the broker reads publishes again. */
export interface ConnectionObserver {
  opened(connection: ChannelModel): void;
  lost(): void;
  unblocked(): void;
}

/** A broker that hangs never answers a close; then the socket is left to die with the process. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * One connection to the broker that comes back by itself. The connector reconnects and goes round the list of nodes; channels
 * are opened and supervised by whoever asks for them here, because the channel wrapper of `amqp-connection-manager` never reopens
 * a channel that the broker closed.
 */
export class BrokerConnection {
  private link: Link | undefined;
  private current: ChannelModel | undefined;
  private currentState: ConnectionState = 'idle';
  private waiting: { resolve: (connection: ChannelModel) => void; reject: (error: Error) => void }[] = [];
  private readonly observers: ConnectionObserver[] = [];
  private readonly toldReasons = new ToldReasons();
  private blockedBecause: string | undefined;
  private failure: string | undefined;
  private refusal: AccessDeniedError | NotConnectedError | undefined;
  private failedAttempts = 0;

  constructor(
    readonly role: ConnectionRole,
    private readonly settings: LinkSettings,
    private readonly events: QueueEvents,
    private readonly connector: Connector = amqpConnector,
  ) {}

  /** Milliseconds since 1970, by the clock that goes with the broker. */
  get now(): () => number {
    return this.connector.now;
  }

  get state(): ConnectionState {
    return this.currentState;
  }

  /** Why the broker reads nothing that is published (memory or disk alarm); `undefined` when it does. */
  get blocked(): string | undefined {
    return this.blockedBecause;
  }

  /** Why there is no connection, for people; `undefined` while it is open. */
  get lastFailure(): string | undefined {
    return this.currentState === 'open' ? undefined : this.failure;
  }

  /** Starts connecting; does nothing when it has been started. */
  open(): void {
    if (this.currentState !== 'idle') return;
    this.currentState = 'opening';
    this.link = this.connector.open(this.settings, `warren ${this.role}`, {
      connected: (connection, url) => this.opened(connection, url),
      failed: (error, url) => this.failed(error, url),
      lost: (error) => this.lost(error),
      blocked: (reason) => this.block(reason),
      unblocked: () => this.unblock(),
    });
  }

  /** Tells the observer of every change from now on, and at once when the connection is open already. */
  observe(observer: ConnectionObserver): void {
    this.observers.push(observer);
    if (this.current !== undefined) observer.opened(this.current);
  }

  /**
   * The open connection, as soon as there is one.
   * @throws NotConnectedError when it is closed for good meanwhile, or was never open and has had its attempts (`maxConnectionAttempts`).
   * @throws AccessDeniedError when the broker has refused credentials or virtual host and was never open before.
   */
  whenOpen(): Promise<ChannelModel> {
    this.open();
    if (this.current !== undefined) return Promise.resolve(this.current);
    if (this.currentState === 'closed') return Promise.reject(new NotConnectedError('the connection was closed'));
    if (this.currentState === 'opening' && this.refusal !== undefined) return Promise.reject(this.refusal);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Closes for good. Unacknowledged deliveries go back to their queues. Takes at most two seconds; may be called twice. */
  async close(): Promise<void> {
    if (this.currentState === 'closed') return;
    this.currentState = 'closed';
    this.current = undefined;
    this.rejectWaiting(new NotConnectedError('the connection was closed'));
    for (const observer of this.observers) observer.lost();
    if (this.link !== undefined) await endedWithin(this.link.close(), CLOSE_TIMEOUT_MS);
  }

  private opened(connection: ChannelModel, url: string): void {
    if (this.currentState === 'closed') return;
    this.currentState = 'open';
    this.current = connection;
    this.failure = undefined;
    this.refusal = undefined;
    this.toldReasons.forget();
    this.events.emit('connection.open', { role: this.role, url: maskUrl(url), broker: brokerName(connection) });
    for (const { resolve } of this.waiting.splice(0)) resolve(connection);
    for (const observer of this.observers) observer.opened(connection);
  }

  private failed(error: Error, url: string): void {
    const refusal = handshakeRefusalOf(describe(error), url);
    const why = refusal?.message ?? describe(error);
    this.failure = why;
    if (this.currentState === 'closed') return;
    this.failedAttempts += 1;
    this.refusal = refusal ?? this.lastAttempt(why);
    const isDeniedAtStart = refusal !== undefined && this.currentState === 'opening';
    if (this.refusal !== undefined && this.currentState === 'opening') this.rejectWaiting(this.refusal);
    const node = maskUrl(url);
    // Of a list of nodes each has its own say, in turn; one system error comes in several wordings.
    if (!this.toldReasons.isNews(`${node} ${systemCodeOf(error) ?? why}`)) return;
    this.events.emit('connection.failed', { role: this.role, url: node, why, isDeniedAtStart });
  }

  private lastAttempt(why: string): NotConnectedError | undefined {
    const { maxConnectionAttempts: most } = this.settings;
    if (most === undefined || this.failedAttempts < most) return undefined;
    return new NotConnectedError(`${why}; attempts: ${this.failedAttempts}`, 'Nothing is consumed.');
  }

  private lost(error: Error): void {
    this.current = undefined;
    this.blockedBecause = undefined;
    if (this.currentState === 'closed') return;
    this.currentState = 'reopening';
    this.failure = describe(error);
    this.events.emit('connection.lost', { role: this.role, why: this.failure });
    for (const observer of this.observers) observer.lost();
  }

  private block(reason: string): void {
    this.blockedBecause = reason;
    this.events.emit('connection.blocked', { role: this.role, why: reason });
  }

  private unblock(): void {
    this.blockedBecause = undefined;
    this.events.emit('connection.unblocked', { role: this.role });
    for (const observer of this.observers) observer.unblocked();
  }

  private rejectWaiting(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

/** `RabbitMQ 3.10.8`: what the broker calls itself. */
function brokerName(connection: ChannelModel): string {
  const { product, version } = connection.connection.serverProperties;
  return `${product} ${version}`;
}

/** `ECONNRESET` and its kin, whether it was on connecting, reading or writing. */
function systemCodeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function describe(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!isNativeError(error)) return 'the connection ended';
  if ('reason' in error && typeof error.reason === 'string' && systemCodeOf(error)?.startsWith('ERR_SSL_') === true)
    return `TLS: ${error.reason}`; // the message has OpenSSL's file names, and a line break
  // Every address of a host was tried, and each has its own error.
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(describe).join('; ');
  return error.message === '' ? error.name : error.message;
}
