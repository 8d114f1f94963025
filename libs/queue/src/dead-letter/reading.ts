import type { ConsumeMessage } from '../connection/amqp';
import type { BrokerConnection } from '../connection/broker-connection';
import { QueueBrowser } from '../connection/queue-browser';
import { TopologyError } from '../errors';
import type { TaskRegistry } from '../task-registry';
import { deadLetterQueueName } from '../topology/names';
import { readDeadLetter } from './dead-letter';
import type { DeadLetter } from './dead-letter';
import { isMeant, listOf } from './filter';
import type { DeadLetterFilter } from './filter';

/** How much was looked at. */
export interface ReadingCounts {
  /** Messages that were ready in the dead-letter queues when their turn came. What others had in hand is not among them. */
  readonly total: number;
  /** Messages looked at. */
  readonly looked: number;
  /** Those of them that the filter means. */
  readonly matched: number;
  /**
   * Queues of which only the first 10,000 dead letters that stay were looked at, which is the most that one reading
   * has in hand. A purge or redrive of what is in front brings the rest within reach.
   */
  readonly cutOff: readonly string[];
}

/** A dead letter that a filter means, in hand. */
export interface ReadLetter {
  readonly deadLetter: DeadLetter;
  readonly message: ConsumeMessage;
  /** Removes it, while it is the last one read. */
  readonly browser: QueueBrowser;
}

/** One walk through dead-letter queues, on a connection that ends with it. */
export class DeadLetterReading implements AsyncIterable<ReadLetter> {
  private total = 0;
  private looked = 0;
  private matched = 0;
  private readonly cutOff: string[] = [];

  /** @param timeout milliseconds to wait for the connection. */
  constructor(
    private readonly connection: BrokerConnection,
    private readonly registry: TaskRegistry,
    private readonly filter: DeadLetterFilter,
    private readonly timeout: number,
  ) {}

  get counts(): ReadingCounts {
    const { total, looked, matched, cutOff } = this;
    return { total, looked, matched, cutOff: [...cutOff] };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReadLetter, void> {
    const queues = new Set(listOf(this.filter.queue ?? this.registry.queues.map(({ name }) => name)));
    try {
      // A queue that is not there is told before the first message of another one is taken.
      if (queues.size > 1) for (const queue of queues) await (await this.open(queue))?.close();
      for (const queue of queues) {
        yield* this.readQueue(queue);
        if (this.isEnough) return;
      }
    } finally {
      await this.connection.close();
    }
  }

  private async *readQueue(queue: string): AsyncGenerator<ReadLetter, void> {
    const definition = this.registry.queues.find(({ name }) => name === queue);
    const browser = await this.open(queue);
    if (browser === undefined) return;
    this.total += browser.total;
    try {
      for (let message = await browser.next(); message !== undefined; message = await browser.next()) {
        this.looked += 1;
        const deadLetter = readDeadLetter(message, queue, definition?.format);
        if (!isMeant(this.filter, deadLetter)) continue;
        this.matched += 1;
        yield { deadLetter, message, browser };
        if (this.isEnough) return;
      }
      if (browser.isCutOff) this.cutOff.push(queue);
    } finally {
      await browser.close();
    }
  }

  /** A queue that is defined and that nobody has declared yet has no dead letters. */
  private async open(queue: string): Promise<QueueBrowser | undefined> {
    const isDefined = this.registry.queues.some(({ name }) => name === queue);
    try {
      return await QueueBrowser.open(this.connection, deadLetterQueueName(queue), this.timeout);
    } catch (error) {
      if (isDefined && error instanceof TopologyError && error.code === 404) return undefined;
      throw error;
    }
  }

  private get isEnough(): boolean {
    return this.matched >= (this.filter.limit ?? Infinity);
  }
}
