import { ConfigurableModuleBuilder, Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { BrokerConnection } from './connection/broker-connection';
import { amqpConnector, Connector } from './connection/connector';
import { Publisher } from './connection/publisher';
import type { StreamWriter } from './connection/stream-writer';
import { TaskServer } from './consuming/task-server';
import { DeadLetterQueues } from './dead-letter/dead-letter-queues';
import { QueueEvents } from './events';
import { QueueHealth } from './health/queue-health';
import { Beats } from './history/beats';
import { eventsReader, eventsWriter } from './history/events-stream';
import { Recorder } from './history/recorder';
import { TaskHistory } from './history/task-history';
import { workOf } from './history/work-of';
import { TaskQueue } from './producing/task-queue';
import { settingsOf } from './queue.options';
import type { QueueModuleOptions, QueueSettings } from './queue.options';
import { TaskRegistry } from './task-registry';
import { ThreadPool } from './threading/thread-pool';
import { logEvents } from './telemetry/log-events';
import { controlStreamPlan } from './steering/control-stream';
import { Steering, silentConnection } from './steering/steering';
import { Spans } from './telemetry/spans';
import { routeDeclarer } from './topology/declare';
import type { Tracing } from './tracing';
import { WORKER_NAME } from './worker-name';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<QueueModuleOptions>({
  moduleName: 'Queue',
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

const SETTINGS = Symbol('queue settings');
const PRODUCING = Symbol('producing connection');
/** What stands around adding and running. */
export const TRACING = Symbol('tracing');
const EVENTS_WRITER = Symbol('writer of the events stream');

/** What was published last has so long to be confirmed when the app closes; each publish has its own deadline besides. */
const FLUSH_TIMEOUT_MS = 5_000;

/**
 * Everything about queues for an app: `QueueModule.forRoot({ tasks })`, or `forRootAsync` with the app's configuration.
 * Provides {@link TaskQueue} to add tasks, {@link TaskHistory} to look what became of them, {@link TaskServer} to handle them, {@link Steering}, {@link DeadLetterQueues}, {@link TaskRegistry}, {@link QueueEvents}
 * and {@link QueueHealth}, everywhere in the app (`isGlobal: false` to import it where it is used).
 */
@Module({
  providers: [
    { provide: Connector, useValue: amqpConnector },
    { provide: SETTINGS, useFactory: settingsOf, inject: [MODULE_OPTIONS_TOKEN] },
    {
      provide: TaskRegistry,
      useFactory: ({ tasks, queues, events }: QueueModuleOptions) => new TaskRegistry(tasks, queues, events),
      inject: [MODULE_OPTIONS_TOKEN],
    },
    { provide: QueueEvents, useFactory: () => logEvents(new QueueEvents()) },
    { provide: TRACING, useFactory: ({ urls }: QueueSettings) => new Spans(urls), inject: [SETTINGS] },
    {
      provide: PRODUCING,
      useFactory: (settings: QueueSettings, events: QueueEvents, connector: Connector) =>
        new BrokerConnection('producing', settings, events, connector),
      inject: [SETTINGS, QueueEvents, Connector],
    },
    {
      provide: Publisher,
      useFactory: (connection: BrokerConnection, settings: QueueSettings, { queues, exchanges }: TaskRegistry) =>
        new Publisher(connection, settings, routeDeclarer(queues, settings.queueType, [controlStreamPlan], exchanges)),
      inject: [PRODUCING, SETTINGS, TaskRegistry],
    },
    {
      provide: TaskQueue,
      useFactory: (
        publisher: Publisher,
        settings: QueueSettings,
        events: QueueEvents,
        history: TaskHistory,
        tracing: Tracing,
        { now }: Connector,
      ) => new TaskQueue(publisher, settings, events, history, tracing, now),
      inject: [Publisher, SETTINGS, QueueEvents, TaskHistory, TRACING, Connector],
    },
    {
      provide: EVENTS_WRITER,
      useFactory: eventsWriter,
      inject: [PRODUCING, SETTINGS, QueueEvents],
    },
    {
      provide: TaskHistory,
      useFactory: (writer: StreamWriter, settings: QueueSettings, events: QueueEvents, connector: Connector) =>
        new TaskHistory(eventsReader(writer, settings, events, 'first', connector)),
      inject: [EVENTS_WRITER, SETTINGS, QueueEvents, Connector],
    },
    {
      provide: Recorder,
      useFactory: (writer: StreamWriter, settings: QueueSettings, events: QueueEvents, server: TaskServer) => {
        const work = workOf(server);
        const recorder = new Recorder(WORKER_NAME, writer, events, work, new Beats(settings.workerBeat, work));
        if (settings.eventsStream === 'on') recorder.start();
        return recorder;
      },
      inject: [EVENTS_WRITER, SETTINGS, QueueEvents, TaskServer],
    },
    {
      provide: Steering,
      useFactory: (publisher: Publisher, settings: QueueSettings, events: QueueEvents, connector: Connector) =>
        new Steering(silentConnection(settings, connector), publisher, settings, events),
      inject: [Publisher, SETTINGS, QueueEvents, Connector],
    },
    {
      provide: TaskServer,
      useFactory: (
        publisher: Publisher,
        registry: TaskRegistry,
        settings: QueueSettings,
        events: QueueEvents,
        { thread }: QueueModuleOptions,
        tracing: Tracing,
        steering: Steering,
        connector: Connector,
      ) => {
        const connection = new BrokerConnection('consuming', settings, events, connector);
        const threads = new ThreadPool(thread, events, settings.threads, undefined, tracing);
        return new TaskServer(connection, publisher, registry, settings, events, threads, tracing, steering);
      },
      inject: [Publisher, TaskRegistry, SETTINGS, QueueEvents, MODULE_OPTIONS_TOKEN, TRACING, Steering, Connector],
    },
    {
      provide: DeadLetterQueues,
      useFactory: (
        publisher: Publisher,
        registry: TaskRegistry,
        settings: QueueSettings,
        events: QueueEvents,
        tracing: Tracing,
        connector: Connector,
      ) => {
        const connect = (): BrokerConnection => new BrokerConnection('browsing', settings, events, connector);
        return new DeadLetterQueues(connect, publisher, registry, settings, events, tracing, connector.now);
      },
      inject: [Publisher, TaskRegistry, SETTINGS, QueueEvents, TRACING, Connector],
    },
    {
      provide: QueueHealth,
      useFactory: (connection: BrokerConnection, server: TaskServer) => new QueueHealth(connection, server),
      inject: [PRODUCING, TaskServer],
    },
  ],
  exports: [
    Publisher,
    TaskQueue,
    TaskHistory,
    TaskServer,
    Steering,
    DeadLetterQueues,
    TaskRegistry,
    QueueEvents,
    QueueHealth,
  ],
})
export class QueueModule extends ConfigurableModuleClass implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PRODUCING) private readonly connection: BrokerConnection,
    private readonly publisher: Publisher,
    private readonly server: TaskServer,
    private readonly deadLetters: DeadLetterQueues,
    private readonly history: TaskHistory,
    private readonly recorder: Recorder,
    @Inject(TRACING) private readonly tracing: Spans,
  ) {
    super();
  }

  /** Connects before the first task is added, so that readiness can tell whether one could be. */
  onApplicationBootstrap(): void {
    this.connection.open();
  }

  /** After every handler has ended and every transport has closed: what was published is confirmed, or has failed; its spans are sent. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
    await this.deadLetters.close();
    await this.history.close();
    await this.recorder.stop();
    await this.publisher.flush(FLUSH_TIMEOUT_MS);
    await this.connection.close();
    await this.tracing.flush();
  }
}
