import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import {
  ConfirmTimeoutError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  TopologyError,
  UnroutableError,
} from '../errors';
import { identityOf } from '../message/message';
import type { OutgoingMessage } from '../message/message';
import type { QueueSettings } from '../queue.options';
import type { BrokerConnection } from './broker-connection';

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

interface Pending {
  readonly queue: string;
  readonly message: OutgoingMessage;
  /** When it was asked for; with `deadline`, on the clock of `performance.now()`. */
  readonly since: number;
  readonly deadline: number;
  wasSent: boolean;
  isReturned: boolean;
  channelErrors: number;
  settle: (error: Error | null) => void;
}

/**
 * The only way messages leave: to a queue by the default exchange, persistent, mandatory, with a confirm and a
 * deadline. What waits for the broker, and what was in flight when a connection ended, is kept in order and sent
 * (again) when the broker is back, until its deadline; the memory used for it is bounded.
 */
export class Publisher {
  private readonly waiting = new Set<Pending>();
  private readonly inFlight = new Set<Pending>();
  private readonly declared = new Map<string, 'declaring' | 'declared'>();
  private pendingBytes = 0;
  private model: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private isSocketFull = false;
  private isPumpScheduled = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly limits: Limits,
    /** Called before the first publish to a queue on each connection; a refusal fails what waits for that queue. */
    private readonly declareQueue: (connection: ChannelModel, queue: string) => Promise<void>,
  ) {
    connection.observe({
      opened: (model) => {
        this.model = model;
        void this.openChannel(model);
      },
      lost: () => {
        this.model = undefined;
        this.declared.clear();
        this.dropChannel(undefined);
        if (connection.state === 'closed') for (const pending of this.waiting) this.giveUp(pending);
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
  publish(queue: string, message: OutgoingMessage, timeout: number): Promise<void> {
    this.connection.open();
    if (this.connection.state === 'closed') return Promise.reject(new NotConnectedError(CLOSED));
    if (this.pending >= this.limits.publishBufferMessages || this.exceedsBytes(message)) {
      return Promise.reject(new PublishBufferFullError(this.pending, this.pendingBytes));
    }
    return new Promise((resolve, reject) => {
      const since = performance.now();
      const pending: Pending = {
        queue,
        message,
        since,
        deadline: since + timeout,
        wasSent: false,
        isReturned: false,
        channelErrors: 0,
        settle: (error) => {
          if (!this.waiting.delete(pending) && !this.inFlight.delete(pending)) return;
          this.pendingBytes -= message.content.length;
          if (error === null) resolve();
          else reject(error);
          if (this.waiting.size > 0) this.schedulePump();
        },
      };
      this.pendingBytes += message.content.length;
      this.waiting.add(pending);
      this.watchDeadlines();
      this.schedulePump();
    });
  }

  /** Waits until nothing is pending; every message has a deadline, so this ends. */
  async flush(): Promise<void> {
    const settled: Promise<void>[] = [];
    for (const pending of [...this.waiting, ...this.inFlight]) {
      const { settle } = pending;
      settled.push(
        new Promise((resolve) => {
          pending.settle = (error) => {
            settle(error);
            resolve();
          };
        }),
      );
    }
    await Promise.all(settled);
  }

  private exceedsBytes(message: OutgoingMessage): boolean {
    return this.pending > 0 && this.pendingBytes + message.content.length > this.limits.publishBufferBytes;
  }

  private async openChannel(connection: ChannelModel): Promise<void> {
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
      // The connection ended while the channel was opened; the next connection opens another one.
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
    if (error === undefined) return;
    for (const pending of unconfirmed) {
      pending.channelErrors += 1;
      if (pending.channelErrors >= MAX_CHANNEL_ERRORS)
        pending.settle(new PublishRefusedError(pending.queue, error.message));
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
      const declared = this.declared.get(pending.queue);
      if (declared === 'declared') this.send(channel, pending);
      else if (declared === undefined) void this.declare(pending.queue);
    }
  }

  /** Nothing travels beside a suspect, so that the next error of the channel tells which message it is about. */
  private windowFor(pending: Pending): number {
    const [oldest = pending] = this.inFlight;
    return pending.channelErrors > 0 || oldest.channelErrors > 0 ? 1 : WINDOW;
  }

  private async declare(queue: string): Promise<void> {
    const { model } = this;
    if (model === undefined) return;
    this.declared.set(queue, 'declaring');
    try {
      await this.declareQueue(model, queue);
      if (this.model !== model) return;
      this.declared.set(queue, 'declared');
    } catch (error) {
      if (this.model !== model) return;
      this.declared.delete(queue);
      if (!(error instanceof TopologyError)) return; // the connection is going; the next one declares again
      for (const pending of this.waiting) if (pending.queue === queue) pending.settle(error);
    }
    this.schedulePump();
  }

  private send(channel: ConfirmChannel, pending: Pending): void {
    this.waiting.delete(pending);
    this.inFlight.add(pending);
    pending.isReturned = false;
    try {
      const options = { ...pending.message.properties, persistent: true, mandatory: true };
      this.isSocketFull = !channel.sendToQueue(pending.queue, pending.message.content, options, (error: unknown) =>
        this.confirmed(channel, pending, error),
      );
      pending.wasSent = true;
    } catch (error) {
      // amqplib refuses what cannot be written before anything is sent.
      pending.settle(new PublishRefusedError(pending.queue, `it cannot be written: ${String(error)}`));
    }
  }

  private confirmed(channel: ConfirmChannel, pending: Pending, error: unknown): void {
    if (this.channel !== channel) return; // closed: dropChannel has put it back already
    if (pending.isReturned) {
      this.declared.delete(pending.queue); // it was deleted meanwhile: the next publish declares it again
      pending.settle(new UnroutableError(pending.queue));
    } else if (error === null || error === undefined) pending.settle(null);
    else if (error instanceof Error && error.message === 'message nacked') {
      pending.settle(new PublishRefusedError(pending.queue, 'negative confirm: the queue is full or its node is down'));
    }
  }

  /** The broker returns an unroutable message before it confirms it. */
  private markReturned(returned: Message): void {
    const identity = identityOf(returned.properties);
    for (const pending of this.inFlight) {
      const isIt = pending.queue === returned.fields.routingKey && identityOf(pending.message.properties) === identity;
      if (isIt && !pending.isReturned) {
        pending.isReturned = true;
        return;
      }
    }
  }

  private watchDeadlines(): void {
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
  }

  private sweep(): void {
    const now = performance.now();
    for (const pending of [...this.inFlight, ...this.waiting]) {
      if (pending.deadline <= now) this.giveUp(pending);
    }
    if (this.pending > 0) return;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }

  /** Its deadline has passed, or nothing will ever be sent again. */
  private giveUp(pending: Pending): void {
    const { state, blocked, lastFailure } = this.connection;
    const why = state === 'closed' ? CLOSED : blocked === undefined ? lastFailure : `it is blocked: ${blocked}`;
    if (!pending.wasSent) pending.settle(new NotConnectedError(why ?? 'it takes no messages'));
    else pending.settle(new ConfirmTimeoutError(pending.queue, Math.round(performance.now() - pending.since), why));
  }
}
