import { uuidv7 } from 'uuidv7';
import type { BrokerConnection } from '../connection/broker-connection';
import type { Publisher } from '../connection/publisher';
import { ConfirmTimeoutError, NotConnectedError, QueueReadError } from '../errors';
import type { QueueEvents } from '../events';
import { header, numberHeader } from '../message/headers';
import type { QueueSettings } from '../queue.options';
import type { TaskRegistry } from '../task-registry';
import { routeTo } from '../topology/routes';
import { noTracing } from '../tracing';
import type { Tracing } from '../tracing';
import { WORKER_NAME } from '../worker-name';
import { readDetails } from './dead-letter';
import type { DeadLetter, DeadLetterDetails } from './dead-letter';
import { checkFilter, listOf } from './filter';
import type { DeadLetterFilter } from './filter';
import { DeadLetterReading } from './reading';
import type { ReadLetter, ReadingCounts } from './reading';
import { redriveTimeOf, redrivenMessage, wasRedrivenBy } from './redriven-message';

/** What `redrive` and `purge` take besides the filter. */
export interface DeadLetterActionOptions {
  /** Who wants it: a person, a program; it stands in each task's event and history. Default: the name of this process. */
  readonly by?: string;
  /** Only report what would be done. Default: false. */
  readonly dryRun?: boolean;
  /** Called after each dead letter that the filter means. A promise that it returns is waited for. */
  readonly onProgress?: (progress: DeadLetterProgress) => unknown;
  /** Ends the work between two dead letters; what was done stays done. */
  readonly signal?: AbortSignal;
}

/** What became of one dead letter, and how far the whole is. */
export interface DeadLetterProgress {
  readonly deadLetter: DeadLetter;
  /** Why it stays where it is; `undefined` when all went well. */
  readonly error?: Error;
  readonly result: DeadLetterResult;
}

/** How much `redrive` or `purge` has done. */
export interface DeadLetterResult extends ReadingCounts {
  /** Dead letters that were redriven or purged; in a dry run, those that would be. */
  readonly done: number;
  /** Dead letters that stay in their queue because they could not be redriven. */
  readonly failed: number;
}

/** Dead letters of one id that `show` gives at most. */
const MAX_SHOWN = 10;

/**
 * The dead-letter queues of an app: look, give back, throw away. Reading takes nothing away: messages are handed out
 * and given back, to their old place, at the end or when this process dies. While a reading goes on, others do not see
 * what it has in hand. On quorum queues of RabbitMQ before 4.3 each reading raises `x-delivery-count` of what it
 * looked at by one, which the dead-letter queues' limit (2,147,483,647) makes harmless.
 *
 * Every method throws NotConnectedError or AccessDeniedError without a broker, TopologyError when it refuses a queue
 * (404 for one that is not there; a defined one that nobody has declared yet counts as empty), InvalidFilterError,
 * and QueueReadError when a queue could not be read to its end.
 */
export class DeadLetterQueues {
  private readonly connections = new Set<BrokerConnection>();

  constructor(
    private readonly connect: () => BrokerConnection,
    private readonly publisher: Publisher,
    private readonly registry: TaskRegistry,
    private readonly settings: Pick<QueueSettings, 'publishTimeout'>,
    private readonly events: QueueEvents,
    private readonly tracing: Tracing = noTracing,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * The dead letters that a filter means, the oldest of each queue first, one after the other:
   * `for await (const deadLetter of deadLetters.list({ queue: 'images' }))`. The generator's return value counts what
   * was looked at. Leave the loop by `break` or to its end: what was read is in hand until then.
   */
  async *list(filter: DeadLetterFilter = {}): AsyncGenerator<DeadLetter, ReadingCounts> {
    const reading = this.read(filter);
    for await (const { deadLetter } of reading) yield deadLetter;
    return reading.counts;
  }

  /** The dead letters of one id or several (tasks' or dead letters' own), ten for each at most, with their whole messages. */
  async show(
    id: string | readonly string[],
    filter: Pick<DeadLetterFilter, 'queue'> = {},
  ): Promise<DeadLetterDetails[]> {
    const shown: DeadLetterDetails[] = [];
    const limit = Math.max(1, MAX_SHOWN * listOf(id).length);
    for await (const { deadLetter, message } of this.read({ ...filter, id, limit })) {
      shown.push(readDetails(message, deadLetter));
    }
    return shown;
  }

  /**
   * Gives dead letters back to the queues they came from, one by one: published with a confirm, then taken out of the
   * dead-letter queue. A task keeps its id, bytes and properties, starts at attempt 1, and carries how often it was
   * redriven (`x-redriven`). What cannot be redriven stays where it is and counts as failed. When this process dies in the
   * middle nothing is lost, and at most one task is in both places. What fails again meanwhile is not taken again.
   * @throws NotConnectedError, ConfirmTimeoutError when the broker takes no more messages; the rest stays where it is.
   */
  async redrive(filter: DeadLetterFilter, options: DeadLetterActionOptions = {}): Promise<DeadLetterResult> {
    const run = uuidv7();
    const { by = WORKER_NAME } = options;
    return this.act(filter, options, async ({ message, deadLetter, browser }) => {
      if (wasRedrivenBy(run, message)) return false;
      if (options.dryRun === true) return true;
      const { originalQueue: queue, id, name, reason } = deadLetter;
      const life = redriveTimeOf(message, this.now());
      await this.tracing.redrive({ id, name, queue }, message.properties.headers, (trace) =>
        this.publisher.publish(
          routeTo(queue),
          redrivenMessage(message, run, life, trace),
          this.settings.publishTimeout,
        ),
      );
      await browser.remove(message);
      this.events.emit('task.redriven', { id, name, queue, reason, by, life });
      return true;
    });
  }

  /** Throws dead letters away for good. An empty filter means every dead letter of every queue that is defined. */
  async purge(filter: DeadLetterFilter, options: DeadLetterActionOptions = {}): Promise<DeadLetterResult> {
    const { by = WORKER_NAME } = options;
    return this.act(filter, options, async ({ message, deadLetter, browser }) => {
      if (options.dryRun === true) return true;
      await browser.remove(message);
      const { id, name, queue, reason } = deadLetter;
      const life = numberHeader(message.properties.headers, header.addedAt);
      this.events.emit('task.purged', { id, name, queue, reason, by, life });
      return true;
    });
  }

  /** Ends what is being read; called when the app closes. What was in hand goes back to its queue. */
  async close(): Promise<void> {
    await Promise.all([...this.connections].map((connection) => connection.close()));
  }

  /** @param carryOut says whether the dead letter was meant after all; rejects when it stays where it is. */
  private async act(
    filter: DeadLetterFilter,
    { onProgress, signal }: DeadLetterActionOptions,
    carryOut: (letter: ReadLetter) => Promise<boolean>,
  ): Promise<DeadLetterResult> {
    const reading = this.read(filter);
    const ends = { done: 0, failed: 0 };
    const result = (): DeadLetterResult => ({ ...reading.counts, ...ends });
    for await (const letter of unlessAborted(reading, signal)) {
      const end = await carryOut(letter).catch(reasonToStay);
      if (end === false) continue;
      const error = end === true ? undefined : end;
      ends[error === undefined ? 'done' : 'failed'] += 1;
      await onProgress?.({
        deadLetter: letter.deadLetter,
        ...(error === undefined ? {} : { error }),
        result: result(),
      });
    }
    return result();
  }

  private read(filter: DeadLetterFilter): DeadLetterReading {
    checkFilter(filter);
    for (const ended of this.connections) if (ended.state === 'closed') this.connections.delete(ended);
    const connection = this.connect();
    this.connections.add(connection);
    return new DeadLetterReading(connection, this.registry, filter, this.settings.publishTimeout);
  }
}

async function* unlessAborted(reading: DeadLetterReading, signal?: AbortSignal): AsyncGenerator<ReadLetter, void> {
  for await (const letter of reading) {
    if (signal?.aborted === true) return;
    yield letter;
  }
}

/** @throws what no other dead letter would be spared: the broker takes nothing, or what was in hand is in its queue again. */
function reasonToStay(error: unknown): Error {
  const isAboutAll = [NotConnectedError, ConfirmTimeoutError, QueueReadError].some((kind) => error instanceof kind);
  if (isAboutAll || !(error instanceof Error)) throw error;
  return error;
}
