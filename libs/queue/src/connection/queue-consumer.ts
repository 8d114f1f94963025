import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { ConnectionRefusedError, TopologyError } from '../errors';
import type { QueueEvents } from '../events';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { BrokerConnection } from './broker-connection';
import { withinReason } from './close-channel';
import { DeliveryChannel } from './delivery-channel';
import { ToldReasons } from './told-reasons';
import { unlessAborted } from './unless-aborted';

/**
 * `starting` until the first consumer is confirmed; `interrupted` while it is being brought back; `suspended` between
 * `suspend()` and `resume()`.
 */
export type ConsumerState = 'starting' | 'consuming' | 'interrupted' | 'suspended' | 'stopped';

const SUSPENDED = 'it is suspended';

export interface QueueConsumerOptions {
  /** The queue's name. */
  readonly queue: string;
  /** Declares the queue and what belongs to it, before it is consumed. */
  readonly declare: (connection: ChannelModel) => Promise<void>;
  /** Unacknowledged deliveries the broker hands out at once to this consumer. */
  readonly prefetch: number;
  /** Milliseconds before the next attempt after a failure. */
  readonly retryDelay: number;
  readonly onDelivery: (message: ConsumeMessage, channel: DeliveryChannel) => void;
  /** It consumes, for the first time or again. */
  readonly onConsuming: () => void;
}

/**
 * Keeps exactly one consumer on one queue. Whatever ends it (the broker cancels it, the queue is deleted, the channel
 * or the connection closes), one loop declares the queue again and consumes again; being one loop, it can never leave
 * two consumers behind.
 */
export class QueueConsumer {
  private currentState: ConsumerState = 'starting';
  private failure: string | undefined;
  private readonly toldReasons = new ToldReasons();
  private channel: DeliveryChannel | undefined;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  /** From the moment a consumer is asked for until it is gone for certain. */
  private consuming: Promise<unknown> = Promise.resolve();
  /** Between two consumers on one channel nothing need be declared. */
  private wasSuspended = false;
  /** Resolves at the end of a suspension; `undefined` when there is none. */
  private suspension: Promise<void> | undefined;
  private endSuspension: () => void = () => undefined;
  private suspendedAt = 0;
  private endConsumer: (why: string) => void = () => undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly options: QueueConsumerOptions,
    private readonly events: QueueEvents,
  ) {}

  get queue(): string {
    return this.options.queue;
  }

  get state(): ConsumerState {
    return this.currentState;
  }

  /** Why it does not consume, for people; `undefined` while it does. */
  get lastFailure(): string | undefined {
    return this.currentState === 'consuming' ? undefined : this.failure;
  }

  /** Milliseconds since it was suspended; 0 when it is not. */
  get suspendedFor(): number {
    return this.currentState === 'suspended' ? performance.now() - this.suspendedAt : 0;
  }

  /**
   * Resolves when it consumes for the first time.
   * @throws TopologyError or ConnectionRefusedError when the broker refuses at the start; later the loop tries again.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.loop = this.run(resolve, reject);
    });
  }

  /** No more deliveries. Those handed out already stay with the channel, to be settled. May be called twice. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.endConsumer('the worker stops');
    await this.loop;
  }

  /**
   * No more deliveries until {@link resume}. When this resolves there is no consumer, and every delivery that was on its way
   * has been handed out. Deliveries stay with the channel, to be settled.
   */
  async suspend(): Promise<void> {
    this.suspension ??= new Promise((resolve) => {
      this.endSuspension = resolve;
    });
    this.endConsumer(SUSPENDED);
    await this.consuming;
  }

  resume(): void {
    this.suspension = undefined;
    this.endSuspension();
  }

  /**
   * Closes the channel, after {@link stop}. When this resolves the broker has read every settle that was sent on it:
   * amqplib gives each channel a buffer of its own, and the close of a connection overtakes what is still in them.
   */
  async close(): Promise<void> {
    await this.stop();
    await this.channel?.close();
  }

  private async run(started: () => void, refused: (error: Error) => void): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.unlessStopped(this.suspension ?? Promise.resolve());
        const connection = await this.unlessStopped(this.connection.whenOpen());
        const channel = await this.unlessStopped(this.openChannel(connection));
        if (this.suspension !== undefined) continue; // nothing is asked for between this look and the asking
        const consumption = this.consume(channel, started);
        this.consuming = consumption.catch(() => undefined);
        await this.afterwards(await consumption);
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        const isLasting = error instanceof TopologyError || error instanceof ConnectionRefusedError;
        if (this.currentState === 'starting' && isLasting) {
          this.stopping.abort();
          refused(error);
        } else {
          this.interrupt(error instanceof Error ? error.message : String(error));
          await this.pause();
        }
      }
    }
    const hasConsumed = this.currentState !== 'starting';
    this.currentState = 'stopped';
    if (hasConsumed) this.events.emit('consumer.stopped', { queue: this.queue });
    started(); // a start that was stopped before it consumed has ended as well
  }

  /** The channel in use, as long as it is open: deliveries that are still being handled are settled on it. */
  private async openChannel(connection: ChannelModel): Promise<DeliveryChannel> {
    if (this.channel !== undefined && this.wasSuspended) return this.channel;
    await this.options.declare(connection);
    if (this.channel !== undefined) return this.channel;
    const channel = await connection.createChannel();
    let why = 'the channel closed';
    channel.on('error', (error: Error) => {
      why = error.message;
    });
    channel.on('close', () => {
      this.channel = undefined;
      this.endConsumer(why);
    });
    const deliveries = new DeliveryChannel(channel);
    await channel.prefetch(this.options.prefetch);
    if (deliveries.isClosed) throw new Error(why); // in the read that brought the answer: its close has passed
    this.channel = deliveries;
    return deliveries;
  }

  /** Consumes until the consumer ends, for whatever reason; then there is none. Tells why. */
  private async consume(channel: DeliveryChannel, started: () => void): Promise<string> {
    const ended = new Promise<string>((resolve) => {
      this.endConsumer = resolve;
    });
    const consumerTag = await this.askFor(channel);
    if (!this.isToEnd) {
      this.currentState = 'consuming';
      this.failure = undefined;
      this.toldReasons.forget();
      if (!this.wasSuspended)
        this.events.emit('consumer.started', { queue: this.queue, prefetch: this.options.prefetch });
      this.wasSuspended = false;
      this.options.onConsuming();
      started();
    }
    const why = this.isToEnd ? '' : await ended;
    if (this.isToEnd) await this.cancel(channel.amqp, consumerTag);
    return why;
  }

  private get isToEnd(): boolean {
    return this.stopping.signal.aborted || this.suspension !== undefined;
  }

  private async afterwards(why: string): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (this.suspension === undefined && why !== SUSPENDED) {
      this.interrupt(why);
      await this.pause();
      return;
    }
    this.wasSuspended = this.channel !== undefined;
    this.currentState = 'suspended';
    this.failure = 'a task that is suspected of ending its workers runs alone';
    this.suspendedAt = performance.now();
  }

  /** The tag of a new consumer. When the broker answers only after the stop, the consumer goes as soon as it comes. */
  private async askFor(channel: DeliveryChannel): Promise<string> {
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) {
        this.endConsumer('the broker cancelled the consumer (was the queue deleted?)');
        return;
      }
      channel.received(message);
      this.options.onDelivery(message, channel);
    };
    const asked = channel.amqp.consume(this.queue, onMessage, { noAck: false });
    try {
      return (await this.unlessStopped(asked)).consumerTag;
    } catch (error) {
      asked.then(({ consumerTag }) => this.cancel(channel.amqp, consumerTag)).catch(() => undefined); // it never came
      throw topologyErrorOf(this.queue, error) ?? error;
    }
  }

  private cancel(channel: Channel, consumerTag: string): Promise<void> {
    return withinReason(channel.cancel(consumerTag)); // a channel that is gone has no consumer
  }

  private unlessStopped<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.stopping.signal);
  }

  private interrupt(why: string): void {
    if (this.currentState !== 'starting') this.currentState = 'interrupted';
    this.failure = why;
    this.wasSuspended = false;
    if (this.toldReasons.isNews(why)) this.events.emit('consumer.interrupted', { queue: this.queue, why });
  }

  private async pause(): Promise<void> {
    await delay(this.options.retryDelay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
