import { QueueEvents, QueueHealth, QueueModule, TaskQueue, TaskServer, connectWorker } from '@app/queue';
import type { QueueEventMap, QueueModuleOptions, Readiness } from '@app/queue';
import { Logger } from '@nestjs/common';
import type { INestApplication, LoggerService, Provider, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Connector } from '../../libs/queue/src/connection/connector';
import { waitFor } from './wait-for';

export interface WorkerOptions extends QueueModuleOptions {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  /** Modules besides the queue's. */
  readonly imports?: Type[];
  /** What connects; default: the real one. */
  readonly connector?: Connector;
  /** Who is told what is logged; default: nobody. */
  readonly logger?: LoggerService;
}

/** One event with its name, in the order they happened. */
export type RecordedEvent = {
  [Name in keyof QueueEventMap]: { readonly event: Name } & QueueEventMap[Name];
}[keyof QueueEventMap];

/** An app in this process on a real broker, made of controllers a test brings along. Its events are recorded. */
export class TestWorker {
  readonly events: RecordedEvent[] = [];

  private constructor(readonly app: INestApplication) {
    const events = app.get(QueueEvents);
    for (const name of EVENT_NAMES)
      events.on(name, (event) => this.events.push({ event: name, ...event, ...traceOf(event) } as RecordedEvent));
  }

  /** An app that only adds tasks. */
  static async create({
    controllers = [],
    providers = [],
    imports = [],
    connector,
    logger,
    ...options
  }: WorkerOptions): Promise<TestWorker> {
    const builder = Test.createTestingModule({
      imports: [
        QueueModule.forRoot({ reconnectDelay: 100, shutdownTimeout: 5_000, eventsStream: 'off', ...options }),
        ...imports,
      ],
      controllers,
      providers,
    });
    if (connector !== undefined) builder.overrideProvider(Connector).useValue(connector);
    const module = await builder.compile();
    const app = module.createNestApplication();
    app.useLogger(logger ?? false);
    Logger.overrideLogger(logger ?? false);
    const worker = new TestWorker(app);
    await app.init();
    return worker;
  }

  /** The same, consuming its queues. */
  static async start(options: WorkerOptions): Promise<TestWorker> {
    const worker = await TestWorker.create(options);
    await worker.listen();
    return worker;
  }

  async listen(): Promise<void> {
    await connectWorker(this.app);
    await this.app.startAllMicroservices();
  }

  get queue(): TaskQueue {
    return this.app.get(TaskQueue);
  }

  get server(): TaskServer {
    return this.app.get(TaskServer);
  }

  readiness(): Readiness {
    return this.app.get(QueueHealth).readiness();
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** The events of one name so far. */
  seen<Name extends keyof QueueEventMap>(name: Name): Extract<RecordedEvent, { event: Name }>[] {
    return this.events.filter((event): event is Extract<RecordedEvent, { event: Name }> => event.event === name);
  }

  /** Waits until an event was seen so many times; returns the last of them. */
  async sees<Name extends keyof QueueEventMap>(
    name: Name,
    times = 1,
  ): Promise<Extract<RecordedEvent, { event: Name }>> {
    return waitFor(
      () => {
        const last = JSON.stringify(this.events.slice(-MOST_EVENTS_TOLD));
        return `${name} (${times} times); seen ${this.seen(name).length} times; the last of all ${this.events.length} events: ${last}`;
      },
      () => this.seen(name)[times - 1],
    );
  }
}

/** A test of a thousand tasks would otherwise fill its report with them. */
const MOST_EVENTS_TOLD = 40;

const EVENT_NAMES: (keyof QueueEventMap)[] = [
  'task.added',
  'event.published',
  'event.unpublished',
  'task.started',
  'task.completed',
  'task.dead-lettered',
  'task.cancelled',
  'task.progress',
  'progress.ignored',
  'task.requeued',
  'task.lost',
  'task.held',
  'task.skipped',
  'settle.ignored',
  'handover.postponed',
  'task.retrying',
  'task.postponed',
  'task.overran',
  'task.isolated',
  'timeout.too-long',
  'attempts.missing',
  'handler.missing',
  'definition.missing',
  'control.sent',
  'control.unread',
  'queue.paused',
  'queue.resumed',
  'worker.quieted',
  'worker.dismissed',
  'undelivered.fetched',
  'undelivered.postponed',
  'quarantine.postponed',
  'task.redriven',
  'task.purged',
  'reply.failed',
  'stream.unavailable',
  'stream.available',
  'stream.differs',
  'history.interrupted',
  'history.resumed',
  'connection.open',
  'connection.lost',
  'connection.failed',
  'connection.blocked',
  'connection.unblocked',
  'consumer.started',
  'consumer.interrupted',
  'consumer.stopped',
  'threads.too-few',
  'thread.failed',
  'thread.lingers',
  'thread.gone',
  'worker.stopping',
  'worker.deadline',
  'worker.started',
  'worker.stopped',
  'worker.died',
  'worker.killed',
  'supervisor.stopping',
  'supervisor.gave-up',
];

/** The trace of a run, which a copy of its event would miss. */
function traceOf(event: { readonly traceId?: string | undefined } | object): { traceId?: string } {
  const traceId = 'traceId' in event ? event.traceId : undefined;
  return traceId === undefined ? {} : { traceId };
}
