import { EventEmitter } from 'node:events';
import type { INestMicroservice } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { CustomStrategy, NestMicroservice } from '@nestjs/microservices';
import type { TestingModule } from '@nestjs/testing';
import type { Channel, ConsumeMessage } from '../connection/amqp';
import { DeliveryChannel } from '../connection/delivery-channel';
import { TaskErrorFilter } from '../consuming/task-error.filter';
import { TaskServer } from '../consuming/task-server';
import { defineQueue } from '../define-queue';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import { QueueEvents } from '../events';
import { header } from '../message/headers';
import { writeTask } from '../message/task-message';
import { newTaskId } from '../producing/task-ids';
import { Steering } from '../steering/steering';
import { TaskRegistry } from '../task-registry';
import { LONGEST_TIMER_MS } from '../timers';
import { formatsOf, isAdded, isEvent, recordedTask } from './recorded-task';
import type { PublishedMessage, RecordedTask } from './recorded-task';
import { listeningToLogs } from './run-logger';
import { currentRun, noting, RunNotes } from './run-notes';
import type { RunEnding } from './run-notes';
import type { RunResult, RunTaskOptions } from './run-task';
import { RunSteering } from './without-broker';

const NEVER = new AbortController().signal;

/** A channel on which deliveries are settled, and nothing else is done. */
class RunChannel extends EventEmitter {
  settledBy: 'ack' | 'requeue' | undefined;

  ack(): void {
    this.settledBy ??= 'ack';
  }

  nack(): void {
    this.settledBy ??= 'requeue';
  }
}

/** A worker that consumes nothing: tasks are put into its hand one after the other. */
export class RunBench {
  private readonly ways = new Map<string, ReturnType<TaskServer['deliveries']['acceptor']>>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly server: TaskServer,
    private readonly registry: TaskRegistry,
    private readonly steering: RunSteering,
  ) {}

  /** @throws Error when the module is connected to a broker, or has no queues. */
  static async open(module: TestingModule, { setUp, inheritAppConfig = false }: RunTaskOptions): Promise<RunBench> {
    const steering = foundIn(module, Steering);
    if (!(steering instanceof RunSteering)) {
      throw new Error(
        'runTask wants a module without a broker: import QueueTestingModule.forRoot({ tasks }), or make it by withoutBroker(...).',
      );
    }
    const server = foundIn(module, TaskServer);
    noteEnds(foundIn(module, QueueEvents));
    await module.init(); // the hooks of its modules, once
    const worker = workerOf(module, server, inheritAppConfig);
    await setUp?.(worker);
    (worker as unknown as NestMicroservice).setIsInitHookCalled(true);
    await (worker as unknown as NestMicroservice).registerModules();
    return new RunBench(server, foundIn(module, TaskRegistry), steering);
  }

  /** Runs a task when those before it have ended. */
  run(definition: TaskDefinition, payload: unknown, options: RunTaskOptions): Promise<RunResult> {
    const run = this.last.then(() => listeningToLogs(() => this.runNow(definition, payload, options)));
    this.last = run.catch(() => undefined);
    return run;
  }

  private async runNow(definition: TaskDefinition, payload: unknown, options: RunTaskOptions): Promise<RunResult> {
    if (this.registry.get(definition.name) !== definition) {
      throw new Error(
        `"${definition.name}" is not among the tasks of the module under test: name it in QueueTestingModule.forRoot({ tasks }).`,
      );
    }
    const queue = this.queueOf(options.queue ?? definition.queue);
    const id = options.id ?? newTaskId();
    const stopCancelling = this.cancelling(id, options.cancel);
    const notes = new RunNotes();
    const channel = new RunChannel();
    const message = messageOf(definition, payload, { ...options, id }, queue);
    try {
      noting(notes, () => this.wayInto(queue)(message, new DeliveryChannel(channel as unknown as Channel)));
      // A run that takes its time is the test framework's to end.
      await this.server.deliveries.isIdleWithin(LONGEST_TIMER_MS, NEVER);
    } finally {
      stopCancelling();
    }
    return this.resultOf(notes, channel);
  }

  private resultOf(notes: RunNotes, { settledBy }: RunChannel): RunResult {
    const formats = formatsOf(this.registry.tasks);
    const recorded = (published: PublishedMessage): RecordedTask =>
      recordedTask(published, formats.get(published.message.properties.type ?? ''));
    // One that its handler has settled by hand says no more of itself.
    const ending: RunEnding = notes.ending ?? { outcome: settledBy === 'requeue' ? 'requeued' : 'completed' };
    return {
      ...ending,
      result: notes.result,
      error: errorOf(notes),
      log: notes.log,
      added: notes.published.filter(isAdded).map(recorded),
      published: notes.published.filter(isEvent).map(recorded),
    };
  }

  private queueOf(queue: string | QueueDefinition): QueueDefinition {
    if (typeof queue !== 'string') return queue;
    return this.registry.queues.find(({ name }) => name === queue) ?? defineQueue({ name: queue });
  }

  private wayInto(queue: QueueDefinition): ReturnType<TaskServer['deliveries']['acceptor']> {
    const known = this.ways.get(queue.name);
    if (known !== undefined) return known;
    const way = this.server.deliveries.acceptor(queue, 1);
    this.ways.set(queue.name, way);
    return way;
  }

  private cancelling(id: string, signal: AbortSignal | undefined): () => void {
    const cancel = (): void => {
      this.steering.cancelNow(id, 'the test');
      this.server.deliveries.cancelRuns();
    };
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      signal?.removeEventListener('abort', cancel);
      this.steering.forget(id);
    };
  }
}

/**
 * A worker as `connectWorker` makes it, whose configuration is its own; or as `createWorker` does, with the application's. Nest's own way
 * to a microservice of a module under test knows the second only.
 */
function workerOf(module: TestingModule, strategy: TaskServer, inheritAppConfig: boolean): INestMicroservice {
  const { applicationConfig } = module as unknown as { readonly applicationConfig: ApplicationConfig };
  const config = inheritAppConfig ? applicationConfig : new ApplicationConfig();
  config.getGlobalFilters().unshift(new TaskErrorFilter()); // the last one that is asked, behind those of the app
  const seen = Object.create(module, { applicationConfig: { value: config } }) as TestingModule;
  return seen.createNestMicroservice<CustomStrategy>({ strategy });
}

function foundIn<Found>(module: TestingModule, token: abstract new (...args: never[]) => Found): Found {
  return module.get<Found>(token, { strict: false });
}

/** The events of a run say how it ended. */
function noteEnds(events: QueueEvents): void {
  const note = (ending: RunEnding): void => {
    const run = currentRun();
    if (run !== undefined) run.ending ??= ending;
  };
  events.on('task.completed', () => note({ outcome: 'completed' }));
  events.on('task.retrying', ({ nextAttempt: attempt, delay }) =>
    note({ outcome: 'retrying', retry: { attempt, delay } }),
  );
  events.on('task.postponed', ({ attempt, delay }) => note({ outcome: 'postponed', retry: { attempt, delay } }));
  events.on('task.dead-lettered', ({ reason }) => note({ outcome: 'dead-lettered', reason }));
  events.on('task.cancelled', () => note({ outcome: 'cancelled' }));
  events.on('task.requeued', () => note({ outcome: 'requeued' }));
}

/** What was thrown; where nothing was, what stands with the dead letter. */
function errorOf({ thrown, published, ending }: RunNotes): unknown {
  if (thrown !== undefined) return thrown.error;
  if (ending?.outcome !== 'dead-lettered') return undefined;
  const headers = published.at(-1)?.message.properties.headers ?? {};
  const error = new Error(String(headers[header.errorMessage]));
  error.name = String(headers[header.errorName]);
  return error;
}

/** The message that `TaskQueue.add` would have sent, or that has come back. */
function messageOf(
  definition: TaskDefinition,
  payload: unknown,
  { id = '', version = definition.version, attempt, isRedelivered, headers, priority, expiresAt, body }: RunTaskOptions,
  queue: QueueDefinition,
): ConsumeMessage {
  const now = Date.now();
  const { expiresAfter } = definition;
  const until = expiresAt ?? (expiresAfter === undefined ? undefined : now + expiresAfter);
  const written = writeTask({ ...definition, version }, payload, { id, now, headers, priority, expiresAt: until });
  const own = {
    ...(attempt === undefined || attempt === 1 ? {} : { [header.attempt]: attempt }),
    ...(isRedelivered === true ? { [header.crashes]: 1 } : {}),
  };
  const message = {
    content: body === undefined ? written.content : Buffer.from(body),
    fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: queue.name, consumerTag: 'runTask' },
    properties: { ...written.properties, headers: { ...written.properties.headers, ...own } },
  };
  return message as unknown as ConsumeMessage;
}
