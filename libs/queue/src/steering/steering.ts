import { uuidv7 } from 'uuidv7';
import { BrokerConnection } from '../connection/broker-connection';
import type { Connector } from '../connection/connector';
import { Publisher } from '../connection/publisher';
import { MARK } from '../connection/stream-mark';
import { StreamReader } from '../connection/stream-reader';
import { ToldReasons } from '../connection/told-reasons';
import { endedWithin } from '../ended-within';
import { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';
import { routeDeclarer } from '../topology/declare';
import { routeTo } from '../topology/routes';
import { CONTROL_STREAM } from '../topology/streams';
import { readControl, writeCancels, writeControl } from './control-record';
import type { ControlRecord, QueueOrder } from './control-record';
import { controlStreamPlan } from './control-stream';
import { PACE } from './steering-pace';
import type { SteeringPace } from './steering-pace';
import { SteeringState } from './steering-state';
import type { Cancels, Pause, WorkerWish } from './steering-state';

/** Milliseconds for the mark that tells a reader where it began; a broker that takes no messages now is not waited for. */
const MARK_TIMEOUT_MS = 2_000;

/**
 * Orders to all workers, kept in the broker: cancel a task, pause and resume a queue, quiet and stop a worker. Each is a record in
 * the stream `warren.control`, which every worker reads to its end before it consumes; so it also reaches a worker that is down,
 * or cut off, at that moment.
 *
 * An order resolves when the broker has confirmed the record; that it is carried out is told by the workers' events. It rejects with
 * - InvalidOrderError: nothing was sent;
 * - TopologyError: the broker has no streams, or this user may not write to this one; nothing has changed;
 * - NotConnectedError, PublishBufferFullError, PublishRefusedError, UnroutableError: nothing has changed;
 * - ConfirmTimeoutError, UnconfirmedError: it may have been stored; give it again, twice does no harm.
 */
export class Steering {
  private readonly state: SteeringState;
  private readonly reader: StreamReader;
  private readonly listeners: (() => void)[] = [];
  private readonly toldReasons = new ToldReasons();
  private readonly pace: SteeringPace;
  private hasChanged = false;
  private isToTell = false;
  private hasGivenUp = false;
  /** Only who consumes has to know for sure where the stream ends: who looks leaves no mark in it. */
  private hasToBeSure = false;
  private repeating: NodeJS.Timeout | undefined;
  private readonly marks: Publisher;

  /**
   * @param connection of its own: reads the stream from {@link open} on, and is closed with this. It writes its marks too, which on the
   * producing connection would have the broker tell of every alarm, and on the consuming one keep it from reading acknowledgements.
   */
  constructor(
    private readonly connection: BrokerConnection,
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout' | 'reconnectDelay'>,
    private readonly events: QueueEvents,
    pace: Partial<SteeringPace> = {},
  ) {
    this.pace = { ...PACE, ...pace };
    this.state = new SteeringState(this.pace.worker, this.pace.limits);
    const room = { publishBufferMessages: 10, publishBufferBytes: 10_000 };
    this.marks = new Publisher(connection, room, routeDeclarer([], 'classic', [controlStreamPlan]));
    this.reader = new StreamReader(
      connection,
      {
        stream: controlStreamPlan,
        from: 'first',
        retryDelay: settings.reconnectDelay,
        onMessage: ({ content, offset }) => this.read(content, offset),
        mark: (id) => this.mark(id),
        onMark: () => this.skip(0),
      },
      events,
    );
    const lost = (): void => {
      this.hasGivenUp = false;
    };
    connection.observe({ opened: () => undefined, lost, unblocked: () => undefined });
  }

  /** The queues that no worker takes from, by name, with who, when and why. Known from {@link open} on; a worker opens by itself. */
  get paused(): ReadonlyMap<string, Pause> {
    return this.state.paused;
  }

  /** Why what is ordered is not known at the moment, for people; `undefined` when it is, and before {@link open}. */
  get problem(): string | undefined {
    return this.reader.problem;
  }

  /** What this worker was told. */
  get wish(): WorkerWish | undefined {
    return this.state.wish;
  }

  /** What is cancelled, for those who run tasks. */
  get cancels(): Cancels {
    return this.state;
  }

  /**
   * Cancels tasks, by their ids. What waits, is delayed, or waits for its next attempt is acknowledged without a run when its turn comes; what
   * runs is told by its `signal`, and is not tried again when it fails then. What completes all the same has completed; what is in a
   * dead-letter queue stays there. A task that is added or redriven later with the same id runs.
   * @param ids more than 500 are several records: when one of them is not confirmed this rejects, and `control.sent` tells of the others
   * @param by who wants it: a person, a program; it stands in the record and in the task's event
   */
  async cancel(ids: string | readonly string[], by: string): Promise<void> {
    const all = writeCancels(typeof ids === 'string' ? [ids] : ids, by, this.connection.now());
    await Promise.all(
      all.map(async ({ ids: some, content }) => {
        await this.publish(content);
        for (const id of some) this.events.emit('control.sent', { action: 'cancel', subject: id, by });
      }),
    );
  }

  /** No worker takes from this queue any more, until {@link resume}: also after restarts, of workers and of the broker. What runs goes on. */
  async pause(queue: string, by: string, reason?: string): Promise<void> {
    const why = reason === undefined ? {} : { reason };
    await this.send({ kind: 'pause', queue, by, at: this.connection.now(), ...why });
    this.events.emit('control.sent', { action: 'pause', subject: queue, by, ...why });
  }

  /** Takes a {@link pause} back, whoever has given it. */
  async resume(queue: string, by: string): Promise<void> {
    await this.send({ kind: 'resume', queue, by, at: this.connection.now() });
    this.events.emit('control.sent', { action: 'resume', subject: queue, by });
  }

  /** This one worker takes nothing new. What runs ends, and it stays up until it is stopped. @param worker its name, as its events and records say it */
  async quiet(worker: string, by: string): Promise<void> {
    await this.send({ kind: 'quiet', worker, by, at: this.connection.now() });
    this.events.emit('control.sent', { action: 'quiet', subject: worker, by });
  }

  /** This one worker stops, as SIGTERM would have it. One of several under a supervisor is not started again. */
  async stop(worker: string, by: string): Promise<void> {
    await this.send({ kind: 'stop', worker, by, at: this.connection.now() });
    this.events.emit('control.sent', { action: 'stop', subject: worker, by });
  }

  /**
   * Begins to read what is ordered. Resolves when everything that was ordered until now is known, or the broker has no such stream
   * ({@link problem}); without a connection it waits for one. Never rejects.
   */
  async open(): Promise<void> {
    await this.reader.open();
    this.tell();
  }

  /** The same for who consumes: sure, waiting ten seconds at most, and saying when it could not be known. */
  async caughtUp(): Promise<void> {
    this.hasToBeSure = true;
    if (!this.hasGivenUp) await endedWithin(this.open(), this.pace.readWithin);
    const { state } = this.reader;
    if (state === 'live') {
      this.toldReasons.forget();
    } else if (state !== 'closed') {
      this.hasGivenUp = true;
      const why = this.reader.problem ?? `it could not be read in ${this.pace.readWithin} ms`;
      if (this.toldReasons.isNews(why)) this.events.emit('control.unread', { why });
    }
    this.tell();
  }

  /** The last order about a queue, as far as it is known. */
  orderOf(queue: string): QueueOrder | undefined {
    return this.state.orderOf(queue);
  }

  /** Calls back whenever what is in force may have changed. What was ordered before {@link open} is told as one change. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Reads no more. Orders can still be given. May be called twice. */
  async close(): Promise<void> {
    clearTimeout(this.repeating);
    await Promise.all([this.reader.close(), this.connection.close()]);
  }

  private read(content: Buffer, offset: number): void {
    const record = readControl(content);
    if (record === undefined) return this.skip(content.length);
    this.state.apply(record, offset, content.length);
    this.hasChanged = true;
    if (this.isToTell) return;
    this.isToTell = true;
    // Not before it is all read: a queue that was paused once and resumed is not paused now.
    void this.reader.open().then(() => {
      this.isToTell = false;
      this.tell();
    });
  }

  /** What is no order takes room as well, and what was ordered before it grows old. */
  private skip(bytes: number): void {
    this.state.skip(bytes);
    if (this.reader.state === 'live') this.repeatSoon();
  }

  private tell(): void {
    if (this.hasChanged) {
      this.hasChanged = false;
      for (const listener of this.listeners) listener();
    }
    this.repeatSoon();
  }

  private repeatSoon(): void {
    if (this.state.fading.length === 0 || this.repeating !== undefined) return;
    this.repeating = setTimeout(() => this.repeat(), Math.random() * this.pace.repeatWithin).unref();
  }

  /** What does not succeed is tried again with the next message that is read. */
  private repeat(): void {
    this.repeating = undefined;
    for (const order of this.state.takeFading()) this.send(order).catch(() => this.state.keepFading(order.queue));
  }

  private async send(record: ControlRecord): Promise<void> {
    await this.publish(writeControl(record));
  }

  private async publish(content: Buffer): Promise<void> {
    const properties = { messageId: uuidv7(), type: 'warren.control', contentType: 'application/json', headers: {} };
    await this.publisher.publish(routeTo(CONTROL_STREAM), { content, properties }, this.settings.publishTimeout);
  }

  private async mark(id: string): Promise<boolean> {
    if (!this.hasToBeSure) return false;
    const message = { content: Buffer.alloc(0), properties: { messageId: id, type: MARK, headers: {} } };
    try {
      await this.marks.publish(routeTo(CONTROL_STREAM), message, MARK_TIMEOUT_MS);
      return true;
    } catch {
      return false; // the reader finds the end otherwise
    }
  }
}

/** A connection of which nothing is told: it comes and goes with the others, which tell. */
export function silentConnection(settings: QueueSettings, connector?: Connector): BrokerConnection {
  return new BrokerConnection('browsing', settings, new QueueEvents(), connector);
}
