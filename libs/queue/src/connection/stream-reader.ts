import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { TopologyError } from '../errors';
import type { QueueEvents } from '../events';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { QueuePlan } from '../topology/queue-arguments';
import type { BrokerConnection } from './broker-connection';
import { closeChannel, withinReason } from './close-channel';
import { declareStream } from './stream-declaration';
import { MARK } from './stream-mark';
import { StreamPosition } from './stream-position';
import type { StreamOffset } from './stream-position';
import { StreamReading, offsetOf } from './stream-reading';
import { StreamRefusals } from './stream-refusals';
import { StreamWatch } from './stream-watch';
import { unlessAborted } from './unless-aborted';

/** One message of a stream. */
export interface StreamMessage {
  /** Its place in the stream, from 0; the same for every reader. */
  readonly offset: number;
  readonly content: Buffer;
  readonly type: string | undefined;
  readonly id: string | undefined;
}

/**
 * `replaying` until it has read what was there when it was opened, and again after an interruption; `live` from then on;
 * `interrupted` without a connection; `unavailable` when the stream is not to be had, which is looked at again now and then.
 */
export type StreamReaderState = 'idle' | 'replaying' | 'live' | 'interrupted' | 'unavailable' | 'closed';

export interface StreamReaderOptions {
  readonly stream: QueuePlan;
  /** Where the first reading begins. What was read is never read again, unless the stream was deleted. */
  readonly from: StreamOffset;
  /** Messages the broker hands out ahead; 100 unless given. */
  readonly prefetch?: number;
  /** Milliseconds before the next attempt after a failure. */
  readonly retryDelay: number;
  /**
   * Milliseconds without a message after which the broker is asked for the last one; when it is one that it has not handed out, it is read anew
   * from where the reading was. 30,000 unless given.
   */
  readonly lookAfter?: number;
  /**
   * Called for each message, in order. What it throws is told as a warning of the process; the reading goes on. Whoever returns a promise
   * is called on meanwhile, but never has many more than `prefetch` messages in hand: the broker hands out no more, but for what it keeps
   * in one chunk with the last of them.
   */
  readonly onMessage: (message: StreamMessage) => void | Promise<void>;
  /**
   * Has a mark written into the stream ({@link StreamWriter.mark}): what comes before it was there. Without one, or while the broker
   * takes none, the broker is asked for its last messages, and what comes before those was there. Where it has none, or the reading begins
   * behind them, a second of silence says the same, less surely.
   */
  readonly mark?: (id: string) => Promise<boolean>;
  /** Called for each mark that is read, whoever had it written: it takes room in the stream as a message does. */
  readonly onMark?: () => void;
}

/**
 * Reads one stream from where it is told to, and goes on after a lost connection at the place it had reached. Never blocks what it
 * shares a connection with: without a stream it says why and asks again now and then.
 */
export class StreamReader {
  private currentState: StreamReaderState = 'idle';
  private readonly refusals: StreamRefusals;
  private readonly position: StreamPosition;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private reading: Promise<void> = Promise.resolve();
  private readonly waiting: (() => void)[] = [];
  /** The broker has been asked for the stream and has not answered. */
  private isAsking = false;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly options: StreamReaderOptions,
    events: QueueEvents,
  ) {
    this.refusals = new StreamRefusals(options.stream.name, 'reading', events);
    this.position = new StreamPosition(options.from);
  }

  get state(): StreamReaderState {
    return this.currentState;
  }

  /** Why it does not read, for people; `undefined` while it does. */
  get problem(): string | undefined {
    if (this.currentState === 'interrupted')
      return this.refusals.problem ?? this.connection.lastFailure ?? 'the reading was interrupted';
    return this.currentState === 'unavailable' ? this.refusals.problem : undefined;
  }

  /**
   * Begins to read, and opens the connection when it is not yet. Resolves when everything that was there has been read (`live`), or
   * when the stream is not to be had (`unavailable`); waits as long as there is no connection. Never rejects; may be called again.
   */
  open(): Promise<void> {
    this.loop ??= this.run();
    const { currentState } = this;
    if (currentState === 'live' || currentState === 'unavailable' || currentState === 'closed')
      return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** Reads no more; closes its channel, not the connection. May be called twice. Never rejects. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await withinReason(this.reading);
    this.become('closed');
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && this.connection.state !== 'closed') {
      try {
        const model = await unlessAborted(this.connection.whenOpen(), signal);
        this.reading = this.readFrom(model);
        await unlessAborted(this.reading, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof TopologyError) this.refusals.refusedBy(error);
        else if (this.isAsking && this.connection.state !== 'open') this.refusals.connectionLost(String(error));
        this.isAsking = false;
        const { problem, isPassing } = this.refusals;
        this.become(problem === undefined || isPassing ? 'interrupted' : 'unavailable');
        await this.pause();
      }
    }
    this.become('closed');
  }

  /** Reads until the reading ends, for whatever reason, which is thrown. */
  private async readFrom(model: ChannelModel): Promise<void> {
    const { stream, prefetch = 100 } = this.options;
    this.isAsking = true;
    const difference = await declareStream(model, stream);
    const channel = await model.createChannel();
    const timers = new AbortController();
    let end: (why: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    channel.on('error', (error: Error) => end(error.message));
    channel.on('close', () => end('the channel closed'));
    this.stopping.signal.addEventListener('abort', () => end('it is closed'), { once: true });
    try {
      await channel.prefetch(prefetch);
      if (this.currentState !== 'live') this.become('replaying');
      const reading = await this.consume(channel, end);
      this.isAsking = false;
      this.refusals.accepted(difference);
      void this.watch(reading, end, timers.signal);
      throw new Error(await ended);
    } catch (error) {
      throw topologyErrorOf(stream.name, error, 'Stream') ?? error;
    } finally {
      timers.abort();
      await closeChannel(channel);
    }
  }

  private async consume(channel: Channel, end: (why: string) => void): Promise<StreamReading> {
    const reading = new StreamReading(channel);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) {
        this.position.startOver(); // what comes next is in another stream of the same name
        return end('the stream was deleted');
      }
      reading.handedOut(message, this.read(message, reading));
    };
    const options = { noAck: false, arguments: { 'x-stream-offset': this.position.argument } };
    await channel.consume(this.options.stream.name, onMessage, options);
    return reading;
  }

  /** @returns what never rejects, when whoever is told takes their time */
  private read(message: ConsumeMessage, reading: StreamReading): Promise<void> | undefined {
    const { properties, content } = message;
    const offset = offsetOf(message);
    const isNew = this.position.reach(offset);
    if (properties.type === MARK) {
      if (isNew) this.options.onMark?.();
      if (properties.messageId !== reading.markId) return undefined;
      reading.isMarkRead = true;
      this.become('live');
      return undefined;
    }
    if (!isNew) return undefined;
    const unread = (error: unknown): void =>
      process.emitWarning(`Message ${offset} of stream "${this.options.stream.name}" was not read: ${String(error)}`);
    try {
      const [type, id] = [textOf(properties.type), textOf(properties.messageId)];
      const taking = this.options.onMessage({ offset, content, type, id });
      return taking instanceof Promise ? taking.catch(unread) : undefined;
    } catch (error) {
      unread(error);
      return undefined;
    }
  }

  /** Sees to it that the state becomes `live`, and that the reading ends when it falls silent. */
  private async watch(reading: StreamReading, end: (why: string) => void, signal: AbortSignal): Promise<void> {
    const { stream, mark, lookAfter = 30_000 } = this.options;
    const watch = new StreamWatch(stream.name, reading, this.position, signal);
    const isTheSame = await watch.reachesEnd((await mark?.(reading.markId)) ?? false);
    if (signal.aborted) return;
    if (!isTheSame) {
      this.position.startOver();
      return end('the stream is not the one that was read before');
    }
    this.become('live');
    const why = await watch.fallsSilent(lookAfter);
    if (why !== undefined) end(why);
  }

  private become(state: StreamReaderState): void {
    this.currentState = state;
    if (state !== 'live' && state !== 'unavailable' && state !== 'closed') return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async pause(): Promise<void> {
    const { signal } = this.stopping;
    do {
      await delay(this.options.retryDelay, undefined, { signal }).catch(() => undefined);
    } while (!signal.aborted && !this.refusals.mayAskAgain);
  }
}

/** Other programs may write into the stream as they like. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
