import { ServerRMQ } from '@nestjs/microservices';
import type { MessageHandler } from '@nestjs/microservices';
import type { BrokerConnection } from '../connection/broker-connection';
import type { Publisher } from '../connection/publisher';
import { QuarantineReader } from '../connection/quarantine-reader';
import { QueueConsumer } from '../connection/queue-consumer';
import { defineQueue } from '../define-queue';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import { DefinitionError } from '../errors';
import type { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';
import { readinessReasons } from '../readiness-reasons';
import { rmqTransport } from '../rmq-transport';
import type { Steering } from '../steering/steering';
import type { TaskRegistry } from '../task-registry';
import type { ThreadPool } from '../threading/thread-pool';
import type { Tracing } from '../tracing';
import { assertBatches, Batches } from './batches';
import type { BatchContext } from './batch-context';
import type { ConsumedQueue } from './consumed-queue';
import { consumerOptions } from './consumer-options';
import { Handover } from './handover';
import { lastValueOf } from './last-value';
import type { TellEarlier } from './last-value';
import { OpenDeliveries } from './open-deliveries';
import { PatternHandlers } from './pattern-handlers';
import { Quarantine } from './quarantine';
import { QueueConsumers } from './queue-consumers';
import { tellOfHandlers, warnOfDefinitions, warnOfThreads } from './startup-warnings';
import type { TaskContext } from './task-context';
import { taskRunParts } from './task-run-parts';
import { Undelivered } from './undelivered';
import type { WorkerState } from './worker-state';

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
  private readonly consumers: QueueConsumers;
  private patterns = new PatternHandlers(new Map());
  private hasHooks = false; // an instrumentation wants to be told of every run
  private readonly batches: Batches;
  /** What is in its hand, for whoever writes it down. */
  readonly deliveries: OpenDeliveries;
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
    tracing: Tracing,
    private readonly steering: Steering,
  ) {
    super(rmqTransport(settings, registry.queues[0] ?? defineQueue({ name: 'tasks' })).options);
    this.handover = new Handover(publisher, settings, events, tracing);
    this.batches = new Batches((handler, payload, context) => this.invoke(handler, payload, context), tracing);
    const parts = taskRunParts({
      publisher,
      registry,
      settings,
      now: connection.now,
      events,
      tracing,
      cancels: steering.cancels,
      handover: this.handover,
      batches: this.batches,
      threads: this.threads,
      handlerOf: (name, queue) => this.handlerOf(name, queue),
      serializer: () => this.serializer,
      invoke: (handler, payload, context, tell) => this.invoke(handler, payload, context, tell),
    });
    this.deliveries = new OpenDeliveries(parts, events);
    this.undelivered = new Undelivered(connection, publisher, settings, events);
    this.consumers = new QueueConsumers((queue) => this.consumerOf(queue), steering, this.deliveries, events);
    this.quarantine = new Quarantine(new QuarantineReader(connection), this.consumers, this.deliveries, events);
  }

  get state(): WorkerState {
    return this.workerState;
  }

  /** Every reason why it does not do its work now; empty when it does. */
  get problems(): readonly string[] {
    if (this.workerState === 'idle') return [];
    if (this.workerState === 'starting') return [readinessReasons.starting()];
    if (this.workerState !== 'listening') return [readinessReasons.stopping()];
    return [
      ...this.consumers.problems(this.connection.lastFailure, this.settings.stuckAfter),
      ...this.deliveries.problems,
      ...this.threads.problems,
      ...(this.handoversWaiting > 0 ? [readinessReasons.handoversWait(this.handoversWaiting)] : []),
    ];
  }

  /** What it consumes, as it is at this moment. */
  get consumed(): ConsumedQueue[] {
    return this.consumers.states.map((one) => ({ ...one, ...this.deliveries.figuresOf(one.queue) }));
  }

  /** Tasks that wait, unacknowledged, for the broker to take them at their next place. */
  get handoversWaiting(): number {
    return this.handover.waiting;
  }

  /** What keeps it from taking tasks in because somebody has ordered it, a pause: it is ready all the same. */
  get remarks(): readonly string[] {
    return this.workerState === 'listening' ? this.consumers.remarks : [];
  }

  /** Tasks in this worker's hand: they run, wait for their slot, or are on their way to their next place. */
  get running(): number {
    return this.deliveries.count;
  }

  /**
   * Says that this app is a worker: not ready before it consumes. @throws ConfigurationError when it is to consume queues that nobody defined.
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
      const slotsOf = ({ queue }: TaskDefinition): number => queue.concurrency ?? this.settings.concurrency;
      for (const [name, handler] of this.threads.handlers(tasks)) this.messageHandlers.set(name, handler);
      warnOfThreads(tasks, this.threads.size, slotsOf, this.events);
      this.patterns = new PatternHandlers(this.messageHandlers);
      const handlerOf = (name: string, queue: QueueDefinition): MessageHandler | null => this.handlerOf(name, queue);
      tellOfHandlers({ registry: this.registry, queues, handlers: this.messageHandlers, handlerOf }, this.events);
      for (const { format } of queues) format.check?.('reading');
      assertBatches(tasks, this.messageHandlers, slotsOf);
      this.consumers.open(queues);
      this.workerState = 'listening';
      await this.consumers.start();
      this.quarantine.start();
      callback();
    } catch (error) {
      await this.drain(); // the queues that were not refused may have tasks running
      callback(error);
    }
  }

  /**
   * Stops politely: no new deliveries, running tasks have until the deadline (`shutdownTimeout`), the rest goes back to its queue.
   * Resolves when no task of this worker is running any more, or none is waited for. May be called several times. Call it before what
   * handlers need (database pools) is destroyed: from the root module's `onModuleDestroy`.
   */
  drain(): Promise<void> {
    return (this.draining ??= this.stop());
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

  /** {@link drain}, and then no connection any more. Nest calls it when the app closes; may be called twice. */
  override async close(): Promise<void> {
    await this.drain();
    await this.connection.close();
  }

  private async stop(): Promise<void> {
    if (this.workerState === 'listening') {
      this.events.emit('worker.stopping', { running: this.deliveries.count, timeout: this.settings.shutdownTimeout });
    }
    this.workerState = 'stopping';
    this.deliveries.refuseNew();
    this.batches.hurry();
    this.quarantine.stop();
    this.undelivered.stop();
    await this.consumers.stop();
    await this.deliveries.finish(this.settings.shutdownTimeout);
    await this.quarantine.ended();
    await this.threads.close();
    await Promise.all([this.consumers.close(), this.steering.close()]);
    this.workerState = 'stopped';
  }

  /** Those that are defined; known when Nest has found every handler. */
  protected queuesToConsume(): readonly QueueDefinition[] {
    const queues = this.registry.queuesNamed(this.settings.workerQueues);
    if (queues.length === 0) throw new DefinitionError('No queue is defined, so there is nothing to consume.');
    return queues;
  }

  private handlerOf(name: string, { bindings }: QueueDefinition): MessageHandler | null {
    const handler = this.messageHandlers.get(name) ?? this.getHandlerByPattern(name);
    return handler ?? (bindings === undefined ? null : this.patterns.handlerOf(name));
  }

  private consumerOf(queue: QueueDefinition): QueueConsumer {
    const { settings, steering, deliveries, undelivered } = this;
    const options = consumerOptions(queue, { settings, steering, deliveries, undelivered });
    return new QueueConsumer(this.connection, options, this.events);
  }

  /** Runs Nest's pipeline, between the hooks an instrumentation may have set, and waits for its last value. */
  private async invoke(
    handler: MessageHandler,
    payload: unknown,
    context: TaskContext | BatchContext,
    tell?: TellEarlier,
  ): Promise<unknown> {
    if (!this.hasHooks) return lastValueOf(await handler(payload, context), tell);
    return new Promise((resolve, reject) => {
      this.runWithProcessingHooks(context, async (runEndHook) => {
        const run = async (): Promise<unknown> => lastValueOf(await handler(payload, context), tell);
        await run().then(resolve, reject).finally(runEndHook);
      });
    });
  }
}
