import { Connector } from '../connection/connector';
import type { Link, LinkObserver, LinkSettings } from '../connection/connector';
import type { ChannelModel } from '../connection/amqp';
import { deadLetterQueueName } from '../topology/names';
import { Queues } from './memory/queues';
import { refusal } from './memory/refusal';
import { Session } from './memory/session';
import { headersOf } from './memory/stored-message';
import { Traffic, nextTurn } from './memory/traffic';
import { VirtualClock } from './memory/virtual-clock';

/** What `new MemoryBroker` takes. */
export interface MemoryBrokerOptions {
  /** Where its clock stands at first, in milliseconds since 1970. Default: where the real one stands. */
  readonly now?: number;
  /** Milliseconds of real time for which handlers are waited for before it is an error. Default: 5,000. */
  readonly patience?: number;
}

/** What a queue holds. */
export interface MemoryCounts {
  /** Messages that wait to be handed out. */
  readonly ready: number;
  /** Messages that a consumer has in hand. */
  readonly unacked: number;
  /** Messages that wait in its dead-letter queue. */
  readonly dead: number;
}

/** A message that waits in a queue. */
export interface WaitingMessage {
  readonly id: string | undefined;
  /** The name of the task, by AMQP's `type`. */
  readonly name: string | undefined;
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly isRedelivered: boolean;
}

/**
 * A broker in this process, for tests: what RabbitMQ 4.3 does with queues, exchanges, streams, confirms, acknowledgements, redelivery,
 * dead letters, expiry, priorities and delivery limits, without a network and with a clock that stands still until the test moves it.
 * Everything of Warren works with it unchanged:
 *
 * ```ts
 * const broker = new MemoryBroker();
 * const module = await Test.createTestingModule({ imports: [WorkerModule] }).overrideProvider(Connector).useValue(broker).compile();
 * // ... start the worker, add a task
 * await broker.advance(24 * 3_600_000); // a day of retries, in milliseconds
 * expect(broker.counts('images')).toEqual({ ready: 0, unacked: 0, dead: 1 });
 * ```
 *
 * The broker's clock decides what waits in it (delays, retries, expiry) and is the time of adding, failing, expiring and cancelling.
 * What takes time in a process takes real time: a handler, a run's `timeout`, a batch's `wait`, quarantine, the pause before a consumer
 * comes back. It is no broker for production: it keeps nothing, has no users and one virtual host, and takes limits of streams
 * without carrying them out. Other arguments that it does not carry out are refused, as methods that it does not know are: the connection
 * ends with 540 and their name.
 */
export class MemoryBroker extends Connector {
  private readonly clock: VirtualClock;
  private readonly queues: Queues;
  private readonly traffic = new Traffic();
  private readonly patience: number;
  /** Connections of Warren's: what they have in hand, somebody is at work on. A test's own may hold what they like. */
  private readonly workers = new WeakSet<Session>();
  override readonly now = (): number => this.clock.now;

  constructor({ now, patience = 5_000 }: MemoryBrokerOptions = {}) {
    super();
    this.clock = new VirtualClock(now);
    this.queues = new Queues(this.clock);
    this.patience = patience;
  }

  /** A connection as the AMQP client gives one out, for what a test does by itself: `await broker.connect().createChannel()`. What it holds in hand nobody waits for. */
  connect(): ChannelModel {
    return this.session().model;
  }

  /** Called by Warren. */
  override open(_settings: LinkSettings, _name: string, observer: LinkObserver): Link {
    let model: ChannelModel | undefined;
    let isClosed = false;
    const begin = (): void => {
      if (isClosed) return;
      const session = this.session();
      const opened = session.model;
      model = opened;
      this.workers.add(session);
      opened.on('close', (error?: Error) => {
        if (isClosed) return;
        observer.lost(error ?? new Error('the connection was closed'));
        nextTurn(begin);
      });
      observer.connected(opened, 'amqp://memory');
    };
    nextTurn(begin);
    return {
      close: async () => {
        isClosed = true;
        await model?.close().catch(() => undefined);
      },
    };
  }

  /**
   * Moves the clock, and does everything that comes due in its order: what is handed out meanwhile is handled before the clock goes on.
   * Resolves when nothing is under way any more.
   * @param milliseconds of the broker's clock
   * @throws Error when a handler is still at work after `patience`, which says on what.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.clock.now + milliseconds;
    await this.settled();
    for (let { next } = this.clock; next !== undefined && next <= end; { next } = this.clock) {
      this.clock.moveTo(next);
      await this.settled();
    }
    this.clock.moveTo(end);
    await this.settled();
  }

  /**
   * Waits until nothing is under way: every message is where it stays as long as the clock stands still.
   * @throws Error when a handler is still at work after `patience`, which says on what.
   */
  settled(): Promise<void> {
    return this.traffic.silence(this.patience, () => this.inHand());
  }

  /**
   * Ends every connection, as an operator would (320): what is in hand is handed out again, and queues that a connection had to itself are gone.
   * Warren connects again by itself. Nothing else is lost: it is no restart, which takes along what is not durable or not persistent.
   */
  disconnect(): void {
    const why = refusal(320, 'the broker in memory was asked to end all connections');
    for (const session of this.traffic.open) session.end(why);
  }

  /** What a queue and its dead-letter queue hold now; a queue that is not there holds nothing. */
  counts(queue: string): MemoryCounts {
    const found = this.queues.find(queue);
    return {
      ready: found?.readyCount ?? 0,
      unacked: found?.unsettledCount ?? 0,
      dead: this.queues.find(deadLetterQueueName(queue))?.readyCount ?? 0,
    };
  }

  /** What waits in a queue now, as it would be handed out; in a stream all that was written. */
  messages(queue: string): readonly WaitingMessage[] {
    const waiting = this.queues.find(queue)?.messages ?? [];
    return waiting.map((message) => {
      const { messageId, type } = message.properties;
      return {
        id: textOf(messageId),
        name: textOf(type),
        content: message.content,
        headers: headersOf(message),
        isRedelivered: message.isRedelivered,
      };
    });
  }

  private session(): Session {
    const session: Session = new Session(this.queues, this.traffic.soon, () => this.traffic.delete(session));
    this.traffic.add(session);
    return session;
  }

  /** What somebody is at work on, by queue and message. */
  private inHand(): string[] {
    const held = this.traffic.open.filter((session) => this.workers.has(session)).flatMap(({ inHand }) => inHand);
    return held.map(({ queue, message }) => `${textOf(message.properties['messageId']) ?? 'a message'} of ${queue}`);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
