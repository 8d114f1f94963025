import { BrokerConnection } from '../connection/broker-connection';
import { amqpConnector, Connector } from '../connection/connector';
import { openWithin } from '../connection/open-within';
import { probePublishing } from '../connection/publish-probe';
import type { PublishProbe } from '../connection/publish-probe';
import { Publisher } from '../connection/publisher';
import { removeBindings } from '../connection/remove-binding';
import type { StreamOffset } from '../connection/stream-position';
import type { StreamWriter } from '../connection/stream-writer';
import { lookAtQueues } from '../connection/queue-looks';
import { DeadLetterQueues } from '../dead-letter/dead-letter-queues';
import type { QueueDefinition } from '../define-queue';
import { QueueEvents } from '../events';
import type { ConnectionRole } from '../events';
import { Beats } from '../history/beats';
import type { WorkInHand } from '../history/beats';
import { eventsReader, eventsWriter } from '../history/events-stream';
import { Recorder } from '../history/recorder';
import { TaskHistory } from '../history/task-history';
import type { OpenReader } from '../history/task-history';
import { TaskQueue } from '../producing/task-queue';
import { settingsOf } from '../queue.options';
import type { QueueModuleOptions, QueueSettings } from '../queue.options';
import { TaskRegistry } from '../task-registry';
import { controlStreamPlan } from '../steering/control-stream';
import { Steering, silentConnection } from '../steering/steering';
import { UNDELIVERED, delayLevels } from '../topology/delay-levels';
import { routeDeclarer } from '../topology/declare';
import { deadLetterQueueName, quarantineName } from '../topology/names';
import { CONTROL_STREAM, EVENTS_STREAM } from '../topology/streams';
import { BrokerContact } from './broker-contact';
import type { BrokerFacts } from './broker-contact';
import type { Finding } from './checkup/finding';
import { countQueues } from './counts';
import type { BrokerCounts } from './counts';
import { askManagement } from './management-facts';
import { RecordFeed, shortlyBefore } from './record-feed';
import { findStaleBindings } from './stale-bindings';
import type { StaleBinding } from './stale-bindings';
import type { TakeRecords } from './record-feed';
import { WORKER_NAME } from '../worker-name';

/** What has been published when it closes has so long to be confirmed. */
const FLUSH_TIMEOUT_MS = 5_000;

interface Parts {
  publisher?: Publisher;
  tasks?: TaskQueue;
  deadLetters?: DeadLetterQueues;
  writer?: StreamWriter;
  history?: TaskHistory;
  recorder?: Recorder;
  steering?: Steering;
}

/** This is no worker: nothing runs here. */
const NOTHING_IN_HAND: WorkInHand = { consumed: () => [], runs: () => [] };

/**
 * A broker's queues for whoever operates them, without Nest: looking, adding, dead letters. It connects when it is first asked
 * for something, each part by itself, and has to be closed. Pass it what `QueueModule.forRoot` takes; a test also what connects: a `MemoryBroker`.
 * @throws ConfigurationError, DefinitionError when the options cannot be used.
 */
export class QueueOperations {
  readonly events = new QueueEvents();
  readonly registry: TaskRegistry;
  readonly settings: QueueSettings;
  private readonly connections = new Map<ConnectionRole, BrokerConnection>();
  private readonly readers: (TaskHistory | RecordFeed)[] = [];
  private readonly contact: BrokerContact;
  private readonly parts: Parts = {};

  constructor(
    options: QueueModuleOptions,
    private readonly connector: Connector = amqpConnector,
  ) {
    this.settings = settingsOf(options);
    this.registry = new TaskRegistry(options.tasks, options.queues, options.events);
    this.contact = new BrokerContact(this.connection('browsing'), this.settings, this.events);
  }

  /** Where tasks are added. */
  get tasks(): TaskQueue {
    const { publisher, settings, events, history, connector } = this;
    this.record();
    this.parts.tasks ??= new TaskQueue(publisher, settings, events, history, undefined, connector.now);
    return this.parts.tasks;
  }

  /** What became of tasks, once it has been opened. */
  get history(): TaskHistory {
    this.parts.history ??= this.reads(new TaskHistory(this.records('first')));
    return this.parts.history;
  }

  /** As {@link history}, but only of what happens once it has been opened: for who waits for a task that is yet to be added. */
  news(): TaskHistory {
    return this.reads(new TaskHistory(this.records('next')));
  }

  /**
   * As {@link history}, but of what was recorded since then, in milliseconds since 1970: sooner up to date, and whole for what is told again and
   * again, of workers and rates. A history of its own each time.
   */
  recent(since: number): TaskHistory {
    return this.reads(new TaskHistory(this.records(shortlyBefore(since))));
  }

  /** What was recorded since then, in milliseconds since 1970, and is from now on. Records from shortly before may come first. */
  feed(since: number, take: TakeRecords): RecordFeed {
    return this.reads(new RecordFeed(this.records(shortlyBefore(since)), take));
  }

  /** The dead-letter queues: look, redrive, purge. */
  get deadLetters(): DeadLetterQueues {
    const { parts, publisher, registry, settings, events, connector } = this;
    const open = (): BrokerConnection => new BrokerConnection('browsing', settings, events, connector);
    this.record();
    parts.deadLetters ??= new DeadLetterQueues(open, publisher, registry, settings, events, undefined, connector.now);
    return parts.deadLetters;
  }

  /** Orders to all workers: cancel, pause, quiet, stop. What is in force is known after its `open()`. */
  get steering(): Steering {
    const { publisher, settings, events, connector } = this;
    this.record();
    this.parts.steering ??= new Steering(silentConnection(settings, connector), publisher, settings, events);
    return this.parts.steering;
  }

  /**
   * The broker that answers. Every node is tried once: whoever operates wants to be told at once that none is there.
   * @throws NotConnectedError with each node's reason; AccessDeniedError when the broker lets nobody in.
   */
  async broker(): Promise<BrokerFacts> {
    return this.contact.facts();
  }

  /** What queues hold now, all that are defined unless told otherwise. @throws as {@link broker} does. */
  async counts(queues: readonly QueueDefinition[] = this.registry.queues): Promise<BrokerCounts> {
    return countQueues(await this.contact.model(), queues);
  }

  /**
   * Looks whether broker, queues and settings are as the definitions want them, finding by finding. It changes nothing, and leaves nothing behind.
   * @param only words, one of which a check's name has to hold
   * @throws as {@link broker} does.
   */
  async *checkup(managementUrl: string | undefined, only?: readonly string[]): AsyncGenerator<Finding, void> {
    const connection = await this.contact.model();
    const { examine } = await import('./checkup/checkup.js'); // its dozen of files is loaded by nobody else
    const { settings, registry } = this;
    const names = registry.queues.flatMap(({ name }) => [name, deadLetterQueueName(name), quarantineName(name)]);
    const levels = delayLevels(true).map(({ queue }) => queue.name);
    const { product, version } = connection.connection.serverProperties;
    yield* examine(
      {
        connection,
        broker: { product, version },
        settings,
        registry,
        looks: await lookAtQueues(connection, [...names, ...levels, UNDELIVERED, EVENTS_STREAM, CONTROL_STREAM]),
        steering: () => this.steering,
        publishing: await this.probe(),
        management:
          managementUrl === undefined
            ? 'MANAGEMENT_URL is not set'
            : await askManagement(managementUrl, settings.urls[0] ?? ''),
      },
      only,
    );
  }

  /**
   * Bindings of defined queues that are there and that no definition asks for.
   * @throws Error that says why the management API does not tell; AMQP has no question for it.
   */
  async staleBindings(managementUrl: string): Promise<readonly StaleBinding[]> {
    return findStaleBindings(managementUrl, this.settings.urls[0] ?? '', this.registry);
  }

  /** Takes bindings away. @throws TopologyError when this user may not; as {@link broker} does. */
  async removeBindings(bindings: readonly StaleBinding[]): Promise<void> {
    await removeBindings(await this.contact.model(), bindings);
  }

  /** Ends everything: what was published is confirmed or has failed, what was in hand is in its queue again. May be called twice. */
  async close(): Promise<void> {
    await this.parts.deadLetters?.close(); // may still publish
    await Promise.all([this.parts.steering?.close(), ...this.readers.map((reader) => reader.close()), this.hangUp()]);
  }

  private async hangUp(): Promise<void> {
    await this.parts.recorder?.stop();
    await this.parts.publisher?.flush(FLUSH_TIMEOUT_MS);
    await Promise.all([...this.connections.values()].map((connection) => connection.close()));
  }

  private async probe(): Promise<PublishProbe> {
    const connection = new BrokerConnection('producing', this.settings, this.events, this.connector);
    try {
      return await probePublishing(await openWithin(connection, this.settings.connectTimeout, 'Nothing was done.'));
    } finally {
      await connection.close();
    }
  }

  /** Has what is done here known to histories: a task that is added or redriven from here, before a worker tells of it. */
  private record(): void {
    const { events, settings } = this;
    if (this.parts.recorder !== undefined || settings.eventsStream === 'off') return;
    const beats = new Beats(settings.workerBeat, NOTHING_IN_HAND);
    this.parts.recorder = new Recorder(WORKER_NAME, this.writer, events, NOTHING_IN_HAND, beats);
    this.parts.recorder.start('tasks');
  }

  /** Of records, and of the mark up to which a history has to read. */
  private get writer(): StreamWriter {
    const connection = this.connection('producing');
    connection.open();
    this.parts.writer ??= eventsWriter(connection, this.settings, this.events);
    return this.parts.writer;
  }

  private records(from: StreamOffset): OpenReader {
    return eventsReader(this.writer, this.settings, this.events, from, this.connector);
  }

  private reads<Reader extends TaskHistory | RecordFeed>(reader: Reader): Reader {
    this.readers.push(reader);
    return reader;
  }

  private get publisher(): Publisher {
    const { queues, exchanges } = this.registry;
    this.parts.publisher ??= new Publisher(
      this.connection('producing'),
      this.settings,
      routeDeclarer(queues, this.settings.queueType, [controlStreamPlan], exchanges),
    );
    return this.parts.publisher;
  }

  private connection(role: ConnectionRole): BrokerConnection {
    const connection =
      this.connections.get(role) ?? new BrokerConnection(role, this.settings, this.events, this.connector);
    this.connections.set(role, connection);
    return connection;
  }
}
