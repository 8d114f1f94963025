import { ConfigurableModuleBuilder, Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { BrokerConnection } from './connection/broker-connection';
import { Publisher } from './connection/publisher';
import { TaskServer } from './consuming/task-server';
import { DeadLetterQueues } from './dead-letter/dead-letter-queues';
import { QueueEvents } from './events';
import { QueueHealth } from './health/queue-health';
import { TaskQueue } from './producing/task-queue';
import { settingsOf } from './queue.options';
import type { QueueModuleOptions, QueueSettings } from './queue.options';
import { TaskRegistry } from './task-registry';
import { ThreadPool } from './threading/thread-pool';
import { logEvents } from './telemetry/log-events';
import { routeDeclarer } from './topology/declare';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<QueueModuleOptions>({
  moduleName: 'Queue',
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

const SETTINGS = Symbol('queue settings');
const PRODUCING = Symbol('producing connection');

/** What was published last has so long to be confirmed when the app closes; each publish has its own deadline besides. */
const FLUSH_TIMEOUT_MS = 5_000;

/**
 * Everything about queues for an app: `QueueModule.forRoot({ tasks })`, or `forRootAsync` with the app's configuration.
 * Provides {@link TaskQueue} to add tasks, {@link TaskServer} to handle them, {@link DeadLetterQueues}, {@link TaskRegistry}, {@link QueueEvents}
 * and {@link QueueHealth}, everywhere in the app (`isGlobal: false` to import it where it is used).
 */
@Module({
  providers: [
    { provide: SETTINGS, useFactory: settingsOf, inject: [MODULE_OPTIONS_TOKEN] },
    {
      provide: TaskRegistry,
      useFactory: ({ tasks, queues }: QueueModuleOptions) => new TaskRegistry(tasks, queues),
      inject: [MODULE_OPTIONS_TOKEN],
    },
    { provide: QueueEvents, useFactory: () => logEvents(new QueueEvents()) },
    {
      provide: PRODUCING,
      useFactory: (settings: QueueSettings, events: QueueEvents) => new BrokerConnection('producing', settings, events),
      inject: [SETTINGS, QueueEvents],
    },
    {
      provide: Publisher,
      useFactory: (connection: BrokerConnection, settings: QueueSettings, { queues }: TaskRegistry) =>
        new Publisher(connection, settings, routeDeclarer(queues, settings.queueType)),
      inject: [PRODUCING, SETTINGS, TaskRegistry],
    },
    {
      provide: TaskQueue,
      useFactory: (publisher: Publisher, settings: QueueSettings, events: QueueEvents) =>
        new TaskQueue(publisher, settings, events),
      inject: [Publisher, SETTINGS, QueueEvents],
    },
    {
      provide: TaskServer,
      useFactory: (
        publisher: Publisher,
        registry: TaskRegistry,
        settings: QueueSettings,
        events: QueueEvents,
        { thread }: QueueModuleOptions,
      ) => {
        const connection = new BrokerConnection('consuming', settings, events);
        const threads = new ThreadPool(thread, events, settings.threads);
        return new TaskServer(connection, publisher, registry, settings, events, threads);
      },
      inject: [Publisher, TaskRegistry, SETTINGS, QueueEvents, MODULE_OPTIONS_TOKEN],
    },
    {
      provide: DeadLetterQueues,
      useFactory: (publisher: Publisher, registry: TaskRegistry, settings: QueueSettings, events: QueueEvents) => {
        const connect = (): BrokerConnection => new BrokerConnection('browsing', settings, events);
        return new DeadLetterQueues(connect, publisher, registry, settings, events);
      },
      inject: [Publisher, TaskRegistry, SETTINGS, QueueEvents],
    },
    {
      provide: QueueHealth,
      useFactory: (connection: BrokerConnection, server: TaskServer) => new QueueHealth(connection, server),
      inject: [PRODUCING, TaskServer],
    },
  ],
  exports: [TaskQueue, TaskServer, DeadLetterQueues, TaskRegistry, QueueEvents, QueueHealth],
})
export class QueueModule extends ConfigurableModuleClass implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PRODUCING) private readonly connection: BrokerConnection,
    private readonly publisher: Publisher,
    private readonly server: TaskServer,
    private readonly deadLetters: DeadLetterQueues,
  ) {
    super();
  }

  /** Connects before the first task is added, so that readiness can tell whether one could be. */
  onApplicationBootstrap(): void {
    this.connection.open();
  }

  /** After every handler has ended and every transport has closed: what was published is confirmed, or has failed. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
    await this.deadLetters.close();
    await this.publisher.flush(FLUSH_TIMEOUT_MS);
    await this.connection.close();
  }
}
