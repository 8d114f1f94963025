import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { NotConnectedError, PublishBufferFullError, PublishRefusedError, UnroutableError } from '../errors';
import type { TopologyError } from '../errors';
import { identityOf } from '../message/message';
import type { OutgoingMessage } from '../message/message';
import type { QueueSettings } from '../queue.options';
import type { BrokerConnection } from './broker-connection';
import { PendingPublish } from './pending-publish';
import type { PublishRequest } from './pending-publish';
import { QueueDeclarations } from './queue-declarations';
import type { DeclareQueue } from './queue-declarations';

type Limits = Pick<QueueSettings, 'publishBufferMessages' | 'publishBufferBytes'>;

/** Sent and not confirmed at once; beyond it messages wait here rather than in the socket's buffer. */
const WINDOW = 2_000;

/** How often deadlines are looked at: one timer for all messages, so a deadline may pass by this much. */
const SWEEP_MS = 50;

/**
 * A message that was in flight when the broker closed the channel for an error may be the reason. It is sent once more,
 * alone; if the channel closes again, it is, and is refused.
 */
const MAX_CHANNEL_ERRORS = 2;

const CLOSED = 'the connection was closed';

/**
 * The only way messages leave: to a queue by the default exchange, persistent, mandatory, with a confirm and a
 * deadline. What waits for the broker, and what was in flight when a connection ended, is kept in order and sent
 * (again) when the broker is back, until its deadline; the memory used for it is bounded.
 */
export class Publisher {
  private readonly waiting = new Set<PendingPublish>();
  private readonly inFlight = new Set<PendingPublish>();
  private readonly declarations: QueueDeclarations;
  private pendingBytes = 0;
  private model: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private isSocketFull = false;
  private isPumpScheduled = false;
  private sweeper: NodeJS.Timeout | undefined;
  private isOpening = false;
  private tellEmpty: () => void = () => undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly limits: Limits,
    /** Called before the first publish to a queue on each connection; a refusal fails what waits for that queue. */
    declareQueue: DeclareQueue,
  ) {
    this.declarations = new QueueDeclarations(declareQueue, (queue, refusal) => this.declared(queue, refusal));
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
        if (connection.state === 'closed') for (const pending of this.waiting) pending.giveUp(CLOSED);
      },
      unblocked: () => this.schedulePump(),
    });
  }

  /** Messages that wait for the broker or its confirm. */
  get pending(): number {
    return this.waiting.size + this.inFlight.size;
  }

  /**
   * Publishes to a queue and resolves when the broker has confirmed.
   * @param timeout milliseconds until it rejects.
   * @throws UnroutableError, PublishRefusedError, ConfirmTimeoutError, NotConnectedError, PublishBufferFullError, and
   * TopologyError when the broker refuses to declare the queue.
   */
  publish(queue: string, message: OutgoingMessage, timeout: number, { mandatory = true } = {}): Promise<void> {
    this.connection.open();
    if (this.connection.state === 'closed') return Promise.reject(new NotConnectedError(CLOSED));
    return new Promise((resolve, reject) => {
      const request: PublishRequest = { queue, message, timeout, mandatory };
      const pending: PendingPublish = new PendingPublish(request, (error) => {
        if (!this.waiting.delete(pending) && !this.inFlight.delete(pending)) return;
        this.pendingBytes -= pending.bytes;
        if (error === null) resolve();
        else reject(error);
        if (this.waiting.size > 0) this.schedulePump();
        if (this.pending === 0) this.tellEmpty();
      });
      if (!this.hasRoomFor(pending)) {
        reject(new PublishBufferFullError(this.pending, this.pendingBytes));
        return;
      }
      this.pendingBytes += pending.bytes;
      this.waiting.add(pending);
      this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
      this.schedulePump();
    });
  }

  /** Waits until nothing is pending, so many milliseconds at most. */
  async flush(timeout: number): Promise<void> {
    if (this.pending === 0) return;
    const timer = new AbortController();
    const empty = new Promise<void>((resolve) => {
      this.tellEmpty = resolve;
    });
    await Promise.race([empty, delay(timeout, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }

  private hasRoomFor(pending: PendingPublish): boolean {
    if (this.pending === 0) return true;
    const { publishBufferMessages, publishBufferBytes } = this.limits;
    return this.pending < publishBufferMessages && this.pendingBytes + pending.bytes <= publishBufferBytes;
  }

  private async openChannel(connection: ChannelModel): Promise<void> {
    this.isOpening = true;
    try {
      const channel = await connection.createConfirmChannel();
      let error: Error | undefined;
      channel.on('error', (cause: Error) => {
        error = cause;
      });
      channel.on('close', () => {
        if (this.channel !== channel) return; // the connection went first, and took the channel along
        this.dropChannel(error);
        void this.openChannel(connection);
      });
      channel.on('return', (returned: Message) => this.markReturned(returned));
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

  /** What was in flight goes back in front of what waits: its confirm will not come. */
  private dropChannel(error: Error | undefined): void {
    this.channel = undefined;
    const unconfirmed = [...this.inFlight];
    const rest = [...this.waiting];
    this.inFlight.clear();
    this.waiting.clear();
    for (const pending of [...unconfirmed, ...rest]) this.waiting.add(pending);
    for (const pending of unconfirmed) {
      pending.confirmLost(error !== undefined);
      if (error === undefined || pending.channelErrors < MAX_CHANNEL_ERRORS) continue;
      pending.refuseAsCulprit(new PublishRefusedError(pending.queue, error.message));
    }
  }

  /** Publishes of one turn of the event loop leave together, in few writes. */
  private schedulePump(): void {
    if (this.isPumpScheduled) return;
    this.isPumpScheduled = true;
    queueMicrotask(() => {
      this.isPumpScheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    const { channel } = this;
    if (channel === undefined || this.connection.blocked !== undefined) return;
    for (const pending of this.waiting) {
      if (this.isSocketFull || this.inFlight.size >= this.windowFor(pending)) return;
      if (this.declarations.has(pending.queue)) this.send(channel, pending);
    }
  }

  /** Nothing travels beside a suspect, so that the next error of the channel tells which message it is about. */
  private windowFor(pending: PendingPublish): number {
    const [oldest = pending] = this.inFlight;
    return pending.channelErrors > 0 || oldest.channelErrors > 0 ? 1 : WINDOW;
  }

  private declared(queue: string, refusal: TopologyError | undefined): void {
    if (refusal !== undefined) for (const pending of this.waiting) if (pending.queue === queue) pending.refuse(refusal);
    this.schedulePump();
  }

  private send(channel: ConfirmChannel, pending: PendingPublish): void {
    this.waiting.delete(pending);
    this.inFlight.add(pending);
    pending.isReturned = false;
    try {
      const options = { ...pending.message.properties, persistent: true, mandatory: pending.mandatory };
      this.isSocketFull = !channel.sendToQueue(pending.queue, pending.message.content, options, (error: unknown) =>
        this.confirmed(channel, pending, error),
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
      this.declarations.forget(pending.queue); // it was deleted meanwhile: the next publish declares it again
      pending.refuse(new UnroutableError(pending.queue));
    } else if (error === null || error === undefined) pending.confirm();
    else if (error instanceof Error && error.message === 'message nacked') {
      pending.refuse(new PublishRefusedError(pending.queue, 'negative confirm: the queue is full or its node is down'));
    }
  }

  /** The broker returns an unroutable message before it confirms it. */
  private markReturned(returned: Message): void {
    const identity = identityOf(returned.properties);
    for (const pending of this.inFlight) {
      if (!pending.isReturnedAs(returned.fields.routingKey, identity)) continue;
      pending.isReturned = true;
      return;
    }
  }

  private sweep(): void {
    const now = performance.now();
    const { state, blocked, lastFailure } = this.connection;
    const why = state === 'closed' ? CLOSED : blocked === undefined ? lastFailure : `it is blocked: ${blocked}`;
    for (const pending of [...this.inFlight, ...this.waiting]) if (pending.isOverdue(now)) pending.giveUp(why);
    if (this.pending === 0) {
      clearInterval(this.sweeper);
      this.sweeper = undefined;
    } else if (this.model !== undefined && this.channel === undefined && !this.isOpening) {
      void this.openChannel(this.model);
    } else {
      this.schedulePump();
    }
  }
}
