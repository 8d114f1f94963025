import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { endedWithin } from '../ended-within';
import { NotConnectedError, PublishBufferFullError, PublishRefusedError, UnroutableError } from '../errors';
import type { TopologyError } from '../errors';
import { identityOf } from '../message/message';
import type { OutgoingMessage } from '../message/message';
import type { QueueSettings } from '../queue.options';
import { isNotFound } from '../topology/broker-refusal';
import type { Route } from '../topology/routes';
import type { BrokerConnection } from './broker-connection';
import { onceATurn } from './once-a-turn';
import { PendingPublish } from './pending-publish';
import type { PublishOwner, PublishRequest, PublishWatch } from './pending-publish';
import { PublishBuffer } from './publish-buffer';
import { RouteDeclarations, keyOf } from './route-declarations';
import type { DeclareRoute } from './route-declarations';

type Limits = Pick<QueueSettings, 'publishBufferMessages' | 'publishBufferBytes'>;

/** How often deadlines are looked at: one timer for all messages, so a deadline may pass by this much. */
const SWEEP_MS = 50;

/**
 * A message that was in flight when the broker closed the channel for an error may be the reason. It is sent once more,
 * alone; if the channel closes again, it is, and is refused.
 */
const MAX_CHANNEL_ERRORS = 2;

const CLOSED = 'the connection was closed';

/**
 * The only way messages leave: straight to a queue or through the delay levels, persistent, mandatory, with a confirm
 * and a deadline. What waits for the broker, and what was in flight when a connection ended, is kept in order and sent
 * (again) when the broker is back, until its deadline; the memory used for it is bounded.
 */
export class Publisher implements PublishOwner {
  private readonly buffer: PublishBuffer;
  private readonly declarations: RouteDeclarations;
  private model: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private isSocketFull = false;
  private readonly schedulePump = onceATurn(() => this.pump());
  private sweeper: NodeJS.Timeout | undefined;
  private isOpening = false;
  private tellEmpty: () => void = () => undefined;
  private tellEnded: PublishWatch | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    limits: Limits,
    /** Called before the first publish on a route on each connection; a refusal fails what waits for that route. */
    declareRoute: DeclareRoute,
  ) {
    this.buffer = new PublishBuffer(limits);
    this.declarations = new RouteDeclarations(declareRoute, (route, refusal) => this.declared(route, refusal));
    connection.observe({
      opened: (model) => {
        this.model = model;
        this.declarations.reset(model);
        void this.openChannel(model);
      },
      lost: () => {
        this.model = undefined;
        this.declarations.reset(undefined);
        this.dropChannel(undefined);
        if (connection.state === 'closed') for (const pending of this.buffer.unsent) pending.giveUp(CLOSED);
      },
      unblocked: () => this.schedulePump(),
    });
  }

  /** Closed for good: nothing is sent any more. */
  get isClosed(): boolean {
    return this.connection.state === 'closed';
  }

  /** Messages that wait for the broker or its confirm. */
  get pending(): number {
    return this.buffer.size;
  }

  /** Bytes of their bodies and headers. */
  get pendingBytes(): number {
    return this.buffer.bytes;
  }

  /** Half of the memory for them is taken: whoever can wait does, and leaves the rest to those who cannot. */
  get isHalfFull(): boolean {
    return this.buffer.isHalfFull;
  }

  /** One is told; without one nothing is measured. */
  watch(watch: PublishWatch): void {
    this.tellEnded = watch;
  }

  /**
   * Publishes and resolves when the broker has confirmed.
   * @param timeout milliseconds until it rejects.
   * @throws UnroutableError, PublishRefusedError, EventRefusedError, ConfirmTimeoutError, NotConnectedError, PublishBufferFullError,
   * and TopologyError when the broker refuses to declare a queue on the route.
   */
  publish(route: Route, message: OutgoingMessage, timeout: number, { mandatory = true } = {}): Promise<void> {
    this.connection.open();
    if (this.isClosed) return Promise.reject(new NotConnectedError(CLOSED));
    return new Promise((resolve, reject) => {
      const request: PublishRequest = { route, message, timeout, mandatory };
      const pending = new PendingPublish(request, this, resolve, reject);
      if (!this.buffer.hasRoomFor(pending)) {
        const error = new PublishBufferFullError(this.pending, this.buffer.bytes);
        this.tellEnded?.(0, error);
        reject(error);
        return;
      }
      this.buffer.add(pending);
      this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
      this.schedulePump();
    });
  }

  ended(pending: PendingPublish, error: Error | undefined): boolean {
    if (!this.buffer.delete(pending)) return false;
    this.tellEnded?.(performance.now() - pending.since, error);
    if (this.buffer.unsent.size > 0) this.schedulePump();
    if (this.pending === 0) this.tellEmpty();
    return true;
  }

  /** Waits until nothing is pending, so many milliseconds at most. */
  async flush(timeout: number): Promise<void> {
    if (this.pending === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.tellEmpty = resolve;
    });
    await endedWithin(empty, timeout);
  }

  private async openChannel(connection: ChannelModel): Promise<void> {
    this.isOpening = true;
    try {
      const channel = await connection.createConfirmChannel();
      if (this.model !== connection) return; // it was lost in the same breath, and so was the channel
      let error: Error | undefined;
      channel.on('error', (cause: Error) => void (error = cause));
      channel.on('close', () => {
        if (this.channel !== channel) return; // the connection went first, and took the channel along
        if (isNotFound(error)) this.declarations.forgetAll(); // an exchange was deleted
        this.dropChannel(error);
        void this.openChannel(connection);
      });
      channel.on('return', ({ fields, properties }: Message) =>
        this.buffer.markReturned(fields.routingKey, identityOf(properties)),
      );
      channel.on('drain', () => {
        this.isSocketFull = false;
        this.schedulePump();
      });
      this.isSocketFull = false;
      this.channel = channel;
      this.schedulePump();
    } catch {
      // The connection ended while the channel was opened, and the next one opens another; or the sweep tries again.
    } finally {
      this.isOpening = false;
    }
  }

  /** What was in flight is sent again, unless the broker closed the channel for it twice. */
  private dropChannel(error: Error | undefined): void {
    this.channel = undefined;
    for (const pending of this.buffer.takeBack()) {
      pending.confirmLost(error !== undefined);
      if (error === undefined || pending.channelErrors < MAX_CHANNEL_ERRORS) continue;
      pending.refuseAsCulprit(new PublishRefusedError(pending.queue, error.message));
    }
  }

  private pump(): void {
    const { channel } = this;
    if (channel === undefined || this.connection.blocked !== undefined) return;
    let next = this.buffer.unsent.first;
    while (next !== undefined) {
      const pending = next;
      if (this.isSocketFull || !this.buffer.maySend(pending)) return;
      next = pending.behind; // sent, it stands in another line
      if (this.declarations.has(pending.route)) this.send(channel, pending);
      else this.buffer.setAside(pending, keyOf(pending.route));
    }
  }

  private declared(route: Route, refusal: TopologyError | undefined): void {
    const key = keyOf(route);
    this.buffer.bringBack(key);
    if (refusal !== undefined) {
      for (const pending of this.buffer.unsent) if (keyOf(pending.route) === key) pending.refuse(refusal);
    }
    this.schedulePump();
  }

  private send(channel: ConfirmChannel, pending: PendingPublish): void {
    this.buffer.send(pending);
    try {
      const { route, message } = pending;
      this.isSocketFull = !channel.publish(
        route.exchange,
        route.routingKey,
        message.content,
        pending.options(),
        (error: unknown) => this.confirmed(channel, pending, error),
      );
      pending.sent();
    } catch (error) {
      // amqplib refuses what cannot be written before anything is sent.
      pending.refuse(new PublishRefusedError(pending.queue, `it cannot be written: ${String(error)}`));
    }
  }

  private confirmed(channel: ConfirmChannel, pending: PendingPublish, error: unknown): void {
    if (this.channel !== channel) return; // closed: dropChannel has put it back already
    if (pending.isReturned) {
      this.declarations.forget(pending.route); // it was deleted meanwhile: the next publish declares it again
      pending.refuse(new UnroutableError(pending.queue));
    } else if (error === null || error === undefined) pending.confirm();
    else if (error instanceof Error && error.message === 'message nacked') pending.nacked();
  }

  private sweep(): void {
    const now = performance.now();
    const { state, blocked, lastFailure } = this.connection;
    const why = state === 'closed' ? CLOSED : blocked === undefined ? lastFailure : `it is blocked: ${blocked}`;
    for (const pending of this.buffer.all()) if (pending.isOverdue(now)) pending.giveUp(why);
    if (this.pending === 0) {
      clearInterval(this.sweeper);
      this.sweeper = undefined;
    } else if (this.model !== undefined && this.channel === undefined && !this.isOpening) {
      void this.openChannel(this.model);
    } else {
      this.buffer.bringAllBack(); // a declaration may have failed without a refusal, and is asked for again
      this.schedulePump();
    }
  }
}
