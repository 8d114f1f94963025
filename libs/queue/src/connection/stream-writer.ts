import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { endedWithin } from '../ended-within';
import { TopologyError } from '../errors';
import type { QueueEvents } from '../events';
import type { QueuePlan } from '../topology/queue-arguments';
import type { BrokerConnection } from './broker-connection';
import { closeChannel } from './close-channel';
import { onceATurn } from './once-a-turn';
import { declareStream } from './stream-declaration';
import type { StreamEntry, StreamWriteEnd, StreamWriterLimits } from './stream-entry';
import { StreamRefusals } from './stream-refusals';
import { MARK } from './stream-mark';

export type { StreamEntry, StreamWriteEnd, StreamWriterLimits } from './stream-entry';

interface Waiting extends StreamEntry {
  readonly ended: StreamWriteEnd;
}

/** Messages that are sent and not confirmed at once. */
const WINDOW = 100;

/**
 * Writes to one stream, on a channel of its own. Whatever happens to the stream, the caller goes on: nothing throws, what waits is
 * bounded, and what cannot be kept is dropped, counted and said. What was in flight when a connection ended is sent again, so
 * a message may be in the stream twice.
 */
export class StreamWriter {
  /** Messages that were dropped so far. */
  dropped = 0;
  private readonly waiting: Waiting[] = [];
  private readonly inFlight = new Map<number, Waiting>();
  private readonly refusals: StreamRefusals;
  private bytes = 0;
  private sent = 0;
  private model: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private isOpening = false;
  private opensLater: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isSocketFull = false;
  private tellEmpty: () => void = () => undefined;
  private readonly schedulePump = onceATurn(() => this.pump());

  constructor(
    private readonly connection: BrokerConnection,
    private readonly stream: QueuePlan,
    events: QueueEvents,
    private readonly limits: StreamWriterLimits = {},
  ) {
    this.refusals = new StreamRefusals(stream.name, 'writing', events);
    connection.observe({
      opened: (model) => {
        this.model = model;
        if (this.pending > 0) this.open();
      },
      lost: () => {
        this.model = undefined;
        this.lose();
        if (this.isOpening) this.refusals.connectionLost(connection.lastFailure ?? 'the connection ended');
        if (connection.state === 'closed') this.dropAll('the connection was closed');
      },
      unblocked: () => this.schedulePump(),
    });
  }

  /** Why the stream cannot be written at the moment, for people; `undefined` while it can, or nobody knows yet. */
  get problem(): string | undefined {
    return this.refusals.problem;
  }

  /** Messages that wait for the broker or its confirm. */
  get pending(): number {
    return this.waiting.length + this.inFlight.size;
  }

  /**
   * Takes one message. It is sent at the end of this turn, or when the broker is there.
   * @returns `false` when it was dropped at once, because there is no stream or no room; `ended` was told why.
   */
  write(entry: StreamEntry, ended: StreamWriteEnd = ignore): boolean {
    const problem = this.refusalOf(entry);
    if (problem !== undefined) {
      this.dropped += 1;
      ended(problem);
      return false;
    }
    this.bytes += entry.content.length;
    this.waiting.push({ ...entry, ended });
    if (this.channel === undefined) this.open();
    else this.schedulePump();
    return true;
  }

  /** Writes a mark that only the reader who asked for it recognises. Resolves with `true` when the broker has it. */
  mark(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.write({ content: Buffer.alloc(0), type: MARK, id }, (problem) => resolve(problem === undefined));
    });
  }

  /** Waits until everything has ended, so many milliseconds at most; not for a broker that has gone away. */
  async flush(timeout: number): Promise<void> {
    if (this.pending === 0 || this.connection.state === 'reopening') return;
    const empty = new Promise<void>((resolve) => {
      this.tellEmpty = resolve;
    });
    await endedWithin(empty, timeout);
  }

  /** Closes the channel, not the connection. What has not ended is dropped. May be called twice. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const { channel } = this;
    this.lose();
    this.dropAll('the stream’s writer was closed');
    if (channel !== undefined) await closeChannel(channel);
  }

  private refusalOf({ content }: StreamEntry): string | undefined {
    if (this.isClosed) return 'the stream’s writer was closed';
    if (this.connection.state === 'closed') return 'the connection was closed';
    const { isPassing, mayAskAgain } = this.refusals;
    if (this.problem !== undefined && !isPassing && !mayAskAgain) return this.problem;
    const { maxMessages = 1_000, maxBytes = 8_388_608 } = this.limits;
    if (this.pending < maxMessages && (this.pending === 0 || this.bytes + content.length <= maxBytes)) return undefined;
    const { blocked, lastFailure } = this.connection;
    return `too much waits for the broker (${blocked === undefined ? (lastFailure ?? 'it is slow') : `blocked: ${blocked}`})`;
  }

  /** Not before there is something to write: who has nothing to say declares nothing. */
  private open(): void {
    const { model } = this;
    if (model === undefined || this.isOpening || this.isClosed || this.channel !== undefined) return;
    if (!this.refusals.mayAskAgain) return this.openLater();
    this.isOpening = true;
    this.openChannel(model)
      .catch((error: unknown) => {
        if (!(error instanceof TopologyError)) return; // the connection ended, and the next one opens another
        this.refusals.refusedBy(error);
        if (!this.refusals.isPassing) this.dropAll(error.message);
      })
      .finally(() => {
        this.isOpening = false;
        if (this.pending > 0 && (this.refusals.isPassing || this.model !== model)) this.open(); // or there is a new connection
      });
  }

  private openLater(): void {
    this.opensLater ??= setTimeout(() => {
      this.opensLater = undefined;
      if (this.pending > 0) this.open();
    }, this.refusals.wait + 1).unref();
  }

  private async openChannel(model: ChannelModel): Promise<void> {
    const difference = await declareStream(model, this.stream);
    const channel = await model.createConfirmChannel();
    if (this.isClosed || this.model !== model) return closeChannel(channel);
    let why: string | undefined;
    channel.on('error', (error: Error) => {
      why = error.message;
    });
    channel.on('close', () => {
      if (this.channel !== channel) return; // the connection went first, or the writer was closed
      this.lose();
      if (why === undefined) return;
      this.refusals.refused(why);
      this.dropAll(why);
    });
    channel.on('return', (message: Message) => this.returned(channel, message));
    channel.on('drain', () => {
      this.isSocketFull = false;
      this.schedulePump();
    });
    this.isSocketFull = false;
    this.channel = channel;
    this.refusals.accepted(difference);
    this.schedulePump();
  }

  /** The stream was deleted: it is declared again with the next message. */
  private returned(channel: ConfirmChannel, { properties }: Message): void {
    const entry = this.inFlight.get(Number(properties.headers?.['x-entry']));
    if (entry === undefined || this.channel !== channel) return;
    this.lose();
    void closeChannel(channel);
    this.open();
  }

  /** The channel is gone. What was in flight waits again, in front. */
  private lose(): void {
    this.channel = undefined;
    this.waiting.unshift(...this.inFlight.values());
    this.inFlight.clear();
  }

  private pump(): void {
    const { channel } = this;
    if (channel === undefined || this.connection.blocked !== undefined) return;
    while (!this.isSocketFull && this.inFlight.size < WINDOW) {
      const entry = this.waiting.shift();
      if (entry === undefined) return;
      this.send(channel, entry);
    }
  }

  private send(channel: ConfirmChannel, entry: Waiting): void {
    const number = (this.sent += 1);
    this.inFlight.set(number, entry);
    const { type, id: messageId } = entry;
    const options = { type, messageId, headers: { 'x-entry': number }, mandatory: true, persistent: true };
    this.isSocketFull = !channel.publish('', this.stream.name, entry.content, options, (error: unknown) => {
      const isNacked = error instanceof Error && error.message === 'message nacked';
      if (this.channel !== channel || (error instanceof Error && !isNacked)) return; // it closes: put back, to be sent again
      this.inFlight.delete(number);
      this.end(entry, isNacked ? 'the broker refused it (negative confirm)' : undefined);
      this.schedulePump();
    });
  }

  private end(entry: Waiting, problem: string | undefined): void {
    this.bytes -= entry.content.length;
    if (problem !== undefined) this.dropped += 1;
    entry.ended(problem);
    if (this.pending === 0) this.tellEmpty();
  }

  private dropAll(why: string): void {
    for (const entry of this.waiting.splice(0)) this.end(entry, why);
  }
}

function ignore(): void {
  // Whoever does not ask is not told.
}
