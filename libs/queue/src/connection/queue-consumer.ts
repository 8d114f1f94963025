import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { AccessDeniedError, NotConnectedError, TopologyError } from '../errors';
import type { QueueEvents } from '../events';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { BrokerConnection } from './broker-connection';
import { withinReason } from './close-channel';
import { DeliveryChannel } from './delivery-channel';
import { Suspension } from './suspension';
import type { SuspensionReason } from './suspension';
import { ToldReasons } from './told-reasons';
import { unlessAborted } from './unless-aborted';

/**
 * `starting` until the first consumer is confirmed; `interrupted` while it is being brought back; `suspended` as long as
 * there is a reason to be, also from the start.
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
  /** What it is called; the broker finds a name otherwise. */
  readonly consumerTag?: string;
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
  private hasConsumed = false;
  /** Between two consumers on one channel nothing need be declared. */
  private wasSuspended = false;
  /** What keeps it from consuming: {@link suspend} adds a reason, and when the last is removed it consumes again. */
  readonly suspension = new Suspension();
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

  /** Milliseconds since something else has to run alone; 0 when nothing has. What was ordered, a pause, may last. */
  get suspendedFor(): number {
    return this.suspension.lastsFor('isolation');
  }

  /**
   * Resolves when it consumes for the first time, or could and is suspended.
   * @throws TopologyError or AccessDeniedError when the broker refuses at the start, NotConnectedError after the last attempt; later it tries again.
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
   * No more deliveries as long as there is a reason. When this resolves there is no consumer, and every
   * delivery that was on its way has been handed out. Deliveries stay with the channel, to be settled.
   */
  async suspend(reason: SuspensionReason): Promise<void> {
    this.suspension.add(reason);
    this.endConsumer(SUSPENDED);
    await this.consuming;
  }

  /** Closes the channel, after {@link stop}. When this resolves the broker has read every settle that was sent on it. */
  async close(): Promise<void> {
    await this.stop();
    await this.channel?.close();
  }

  private async run(started: () => void, refused: (error: Error) => void): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        if (this.suspension.isOn && this.currentState !== 'starting') this.rest(); // a start is to say whether it can
        if (this.currentState === 'suspended') await this.unlessStopped(this.suspension.over);
        const connection = await this.unlessStopped(this.connection.whenOpen());
        const channel = await this.unlessStopped(this.openChannel(connection));
        if (this.suspension.isOn) {
          this.rest();
          started();
          continue; // nothing is asked for between this look and the asking
        }
        const consumption = this.consume(channel, started);
        this.consuming = consumption.catch(() => undefined);
        await this.afterwards(await consumption);
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        const isLasting = [TopologyError, AccessDeniedError, NotConnectedError].some((kind) => error instanceof kind);
        if (this.currentState === 'starting' && isLasting) {
          this.stopping.abort();
          refused(error as Error);
        } else {
          await this.interrupt(error instanceof Error ? error.message : String(error));
        }
      }
    }
    this.currentState = 'stopped';
    if (this.hasConsumed) this.events.emit('consumer.stopped', { queue: this.queue });
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
      this.wasSuspended = false;
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
    let hasBegun = false;
    const begin = (): void => {
      if (hasBegun || this.isToEnd) return;
      hasBegun = true;
      this.currentState = 'consuming';
      this.hasConsumed = true;
      this.failure = undefined;
      this.toldReasons.forget();
      const { queue, prefetch, onConsuming } = this.options;
      if (!this.wasSuspended) this.events.emit('consumer.started', { queue, prefetch });
      this.wasSuspended = false;
      onConsuming();
      started();
    };
    const consumerTag = await this.askFor(channel, begin);
    begin();
    const why = this.isToEnd ? '' : await ended;
    if (this.isToEnd) await this.cancel(channel.amqp, consumerTag);
    return why;
  }

  private get isToEnd(): boolean {
    return this.stopping.signal.aborted || this.suspension.isOn;
  }

  private async afterwards(why: string): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (this.suspension.isOn || why === SUSPENDED) return this.rest();
    await this.interrupt(why);
  }

  private rest(): void {
    this.wasSuspended = this.channel !== undefined && this.hasConsumed;
    this.currentState = 'suspended';
    this.failure = this.suspension.why;
  }

  /**
   * The tag of a new consumer. When the broker answers only after the stop, the consumer goes as soon as it comes. What was read
   * together with the answer is delivered before this resolves, and a task may end its worker: the first one calls `begin`.
   */
  private async askFor(channel: DeliveryChannel, begin: () => void): Promise<string> {
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) return this.endConsumer('the broker cancelled the consumer (was the queue deleted?)');
      begin();
      channel.received(message);
      this.options.onDelivery(message, channel);
    };
    const { queue, consumerTag: tag = '' } = this.options; // the broker finds one where there is none
    const asked = channel.amqp.consume(queue, onMessage, { noAck: false, consumerTag: tag });
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

  /** Notes why it does not consume, and pauses before the next attempt. */
  private async interrupt(why: string): Promise<void> {
    if (this.currentState !== 'starting') this.currentState = 'interrupted';
    this.failure = why;
    this.wasSuspended = false;
    if (this.toldReasons.isNews(why)) this.events.emit('consumer.interrupted', { queue: this.queue, why });
    await delay(this.options.retryDelay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
