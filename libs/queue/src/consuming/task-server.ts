import { ServerRMQ } from '@nestjs/microservices';
import type { MessageHandler } from '@nestjs/microservices';
import type { BrokerConnection } from '../connection/broker-connection';
import type { Publisher } from '../connection/publisher';
import { QuarantineReader } from '../connection/quarantine-reader';
import { QueueConsumer } from '../connection/queue-consumer';
import { defineQueue } from '../define-queue';
import type { QueueDefinition } from '../define-queue';
import { DefinitionError } from '../errors';
import type { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';
import { readinessReasons } from '../readiness-reasons';
import { rmqTransport } from '../rmq-transport';
import type { TaskRegistry } from '../task-registry';
import type { ThreadPool } from '../threading/thread-pool';
import { declareConsumed } from '../topology/declare';
import { assertBatches, Batches } from './batches';
import type { BatchContext } from './batch-context';
import { CrashWatch } from './crash-watch';
import { DeadLetters } from './dead-letters';
import { Handover } from './handover';
import { lastValueOf } from './last-value';
import { OpenDeliveries } from './open-deliveries';
import { Quarantine } from './quarantine';
import type { Intake } from './quarantine';
import { Replies } from './replies';
import { Retries } from './retries';
import { warnOfDefinitions } from './startup-warnings';
import type { TaskContext } from './task-context';
import type { TaskRunParts } from './task-run';
import { Undelivered } from './undelivered';

/**
 * `idle` in an app that only adds tasks; `starting` from `connectWorker` until Nest starts it; `stopping` and `stopped`
 * are for good.
 */
export type WorkerState = 'idle' | 'starting' | 'listening' | 'stopping' | 'stopped';

/**
 * The transport strategy of a worker: Nest's RMQ server with every delivery settled exactly once, consumers that come
 * back by themselves, several queues each with its own concurrency, and a stop that waits for running tasks.
 *
 * `connectWorker(app)` puts it into an app; `app.connectMicroservice({ strategy: app.get(TaskServer) })` is the same
 * without the filter that keeps a task's own error.
 */
export class TaskServer extends ServerRMQ {
  /** Nest need not report a handler's failure as unheard: it becomes the task's outcome. */
  override readonly propagatesEventHandlerErrors = true;
  private workerState: WorkerState = 'idle';
  private consumers: QueueConsumer[] = [];
  private hasHooks = false; // an instrumentation wants to be told of every run
  private readonly batches = new Batches((handler, payload, context) => this.invoke(handler, payload, context));
  private readonly deliveries: OpenDeliveries;
  private readonly handover: Handover;
  private readonly quarantine: Quarantine;
  private readonly undelivered: Undelivered;
  private draining: Promise<void> | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    publisher: Publisher,
    private readonly registry: TaskRegistry,
    private readonly settings: QueueSettings,
    private readonly events: QueueEvents,
    private readonly threads: ThreadPool,
  ) {
    super(rmqTransport(settings, registry.queues[0] ?? defineQueue({ name: 'tasks' })).options);
    this.handover = new Handover(publisher, settings, events);
    const deadLetters = new DeadLetters(this.handover, events);
    const intake: Intake = {
      suspend: async () => void (await Promise.all(this.consumers.map((consumer) => consumer.suspend()))),
      resume: () => this.consumers.forEach((consumer) => consumer.resume()),
    };
    const isQuorum = (name: string): boolean =>
      registry.queues.some((queue) => queue.name === name && (queue.type ?? settings.queueType) === 'quorum');
    const parts: TaskRunParts = {
      reading: {
        registry,
        maxMessageBytes: settings.maxMessageBytes,
        acksBefore: (queue) =>
          registry.tasks.some((task) => task.queue.name === queue && task.acknowledge === 'before'),
        handlerOf: (name) => this.messageHandlers.get(name) ?? this.getHandlerByPattern(name),
      },
      crashes: new CrashWatch(settings.crashLimit, isQuorum, deadLetters, this.handover, events),
      deadLetters,
      retries: new Retries(this.handover, events),
      replies: new Replies(publisher, settings.publishTimeout, events),
      batches: this.batches,
      events,
      stuckAfter: settings.stuckAfter,
      overruns: new Set(),
      invoke: (handler, payload, context) => this.invoke(handler, payload, context),
    };
    this.deliveries = new OpenDeliveries(parts, events);
    this.undelivered = new Undelivered(connection, publisher, settings, events);
    this.quarantine = new Quarantine(
      () => this.consumers.map(({ queue }) => queue),
      new QuarantineReader(connection),
      intake,
      this.deliveries,
      events,
    );
  }

  get state(): WorkerState {
    return this.workerState;
  }

  /** Every reason why it does not do its work now; empty when it does. */
  get problems(): readonly string[] {
    if (this.workerState === 'idle') return [];
    if (this.workerState === 'starting') return [readinessReasons.starting()];
    if (this.workerState !== 'listening') return [readinessReasons.stopping()];
    const problems = this.consumers
      .filter(({ state, suspendedFor }) =>
        state === 'suspended' ? suspendedFor > this.settings.stuckAfter : state !== 'consuming',
      )
      .map(({ queue, state, lastFailure }) =>
        readinessReasons.notConsumed(queue, this.connection.lastFailure ?? lastFailure ?? state),
      );
    problems.push(...this.deliveries.problems);
    const { waiting } = this.handover;
    if (waiting > 0) problems.push(readinessReasons.handoversWait(waiting));
    return problems;
  }

  /**
   * Says that this app is a worker: not ready before it consumes.
   * @throws ConfigurationError when it is to consume queues that nobody defined.
   */
  announce(): void {
    this.queuesToConsume();
    if (this.workerState === 'idle') this.workerState = 'starting';
  }

  /** Nest's door: calls back when every queue is consumed, or with the error when the broker refuses one at the start. */
  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      warnOfDefinitions(this.registry, this.settings.brokerAckTimeout, this.events);
      const queues = this.queuesToConsume();
      const tasks = this.registry.tasks.filter(({ queue }) => queues.some(({ name }) => name === queue.name));
      for (const [name, handler] of this.threads.handlers(tasks)) this.messageHandlers.set(name, handler);
      assertBatches(tasks, this.messageHandlers, ({ queue }) => this.slotsOf(queue));
      this.consumers = queues.map((queue) => this.consumerOf(queue));
      this.workerState = 'listening';
      await Promise.all(this.consumers.map((consumer) => consumer.start()));
      this.quarantine.start();
      callback();
    } catch (error) {
      await this.drain(); // the queues that were not refused may have tasks running
      callback(error);
    }
  }

  /**
   * Stops politely: no new deliveries, running tasks have until the deadline (`shutdownTimeout`), the rest goes back
   * to its queue. Resolves when no task of this worker is running any more, or none is waited for. May be called
   * several times. Call it before what handlers need (database pools) is destroyed: from the root module's
   * `onModuleDestroy`.
   */
  drain(): Promise<void> {
    this.draining ??= this.stop();
    return this.draining;
  }

  /** Ends the waiting of {@link drain} now: the deadline has passed. */
  hurry(): void {
    this.deliveries.hurry();
  }

  override setOnProcessingStartHook(...hook: Parameters<ServerRMQ['setOnProcessingStartHook']>): void {
    this.hasHooks = true;
    super.setOnProcessingStartHook(...hook);
  }

  override setOnProcessingEndHook(...hook: Parameters<ServerRMQ['setOnProcessingEndHook']>): void {
    this.hasHooks = true;
    super.setOnProcessingEndHook(...hook);
  }

  override async close(): Promise<void> {
    await this.drain();
    await this.connection.close();
  }

  private async stop(): Promise<void> {
    const wasListening = this.workerState === 'listening';
    this.workerState = 'stopping';
    if (wasListening) {
      this.events.emit('worker.stopping', { running: this.deliveries.count, timeout: this.settings.shutdownTimeout });
    }
    this.deliveries.refuseNew();
    this.batches.hurry();
    this.quarantine.stop();
    this.undelivered.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.deliveries.finish(this.settings.shutdownTimeout);
    await this.quarantine.ended();
    await this.threads.close();
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
    this.workerState = 'stopped';
  }

  private queuesToConsume(): readonly QueueDefinition[] {
    const queues = this.registry.queuesNamed(this.settings.workerQueues);
    if (queues.length === 0) throw new DefinitionError('No queue is defined, so there is nothing to consume.');
    return queues;
  }

  private slotsOf({ concurrency = this.settings.concurrency }: QueueDefinition): number {
    return concurrency;
  }

  private consumerOf(queue: QueueDefinition): QueueConsumer {
    const concurrency = this.slotsOf(queue);
    const accept = this.deliveries.acceptor(queue, concurrency);
    return new QueueConsumer(
      this.connection,
      {
        queue: queue.name,
        declare: (connection) => declareConsumed(connection, queue, this.settings.queueType),
        prefetch: concurrency,
        retryDelay: this.settings.reconnectDelay,
        onDelivery: accept,
        onConsuming: () => this.undelivered.fetch(queue.name),
      },
      this.events,
    );
  }

  /** Runs Nest's pipeline, between the hooks an instrumentation may have set, and waits for its last value. */
  private async invoke(
    handler: MessageHandler,
    payload: unknown,
    context: TaskContext | BatchContext,
  ): Promise<unknown> {
    if (!this.hasHooks) return lastValueOf(await handler(payload, context));
    return new Promise((resolve, reject) => {
      this.runWithProcessingHooks(context, async (runEndHook) => {
        try {
          resolve(await lastValueOf(await handler(payload, context)));
        } catch (error) {
          reject(error);
        } finally {
          runEndHook();
        }
      });
    });
  }
}
