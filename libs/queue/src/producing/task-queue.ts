import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Publisher } from '../connection/publisher';
import type { EventDefinition } from '../define-event';
import type { PayloadInputOf, TaskDefinition } from '../define-task';
import { MessageTooLargeError, QueueError } from '../errors';
import type { QueueEvents } from '../events';
import type { TaskHistory } from '../history/task-history';
import { resultOf } from '../history/task-results';
import { checkPayload } from '../message/check-payload';
import { isPromise } from '../is-promise';
import { isMadeFor } from '../message/added-time';
import { writeTask } from '../message/task-message';
import type { HeaderValue } from '../message/task-message';
import { traceIdOf } from '../message/trace-headers';
import type { QueueSettings } from '../queue.options';
import { delayRoute } from '../topology/delay-levels';
import { noTracing } from '../tracing';
import type { Adding, TraceHeaders, Tracing } from '../tracing';
import { checkAddOptions } from './add-options';
import { KnownLives } from './known-lives';
import { publishEvent } from './publish-event';
import type { PublishedEvent, PublishOptions } from './publish-event';
import { newTaskId } from './task-ids';

/** What may be said about one task when it is added. */
export interface AddOptions {
  /** The task's id and the message's `message_id`, 1 to 128 characters. Default: a new UUIDv7. The same id again is the same task to a handler that looks at it. */
  readonly id?: string;
  /** Headers of the message, for handlers and other programs. Names that Warren or the broker write itself are refused. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Milliseconds before the task may be handed out, up to 310 days, rounded up to 100. It waits in the broker. Not together with `at`. Default: 0. */
  readonly delay?: number;
  /** When the task may be handed out, at most 310 days from now: a `Date` or milliseconds since 1970. What has passed is now. */
  readonly at?: Date | number;
  /** Milliseconds from now in which a run must begin; then the task is dead-lettered, as `expired`. The definition's `expiresAfter` counts as well. */
  readonly expiresIn?: number;
  /** From 0 to the queue's `maxPriority`: higher ones are handed out first. Default: the definition's. */
  readonly priority?: number;
  /** Milliseconds until the add rejects. Default: `publishTimeout` (`PUBLISH_TIMEOUT_MS`). */
  readonly timeout?: number;
}

/** A task the broker has stored. */
export interface AddedTask {
  readonly id: string;
  readonly queue: string;
}

/** One task of `addBulk`. */
export interface TaskToAdd<Task extends TaskDefinition = TaskDefinition> {
  readonly task: Task;
  readonly payload: PayloadInputOf<Task>;
  readonly options?: AddOptions;
}

/** What `addBulk` takes for these definitions, one task for each. A list of which the compiler only knows that it holds tasks takes any payload. */
export type TasksToAdd<Tasks extends readonly TaskDefinition[]> = {
  readonly [Index in keyof Tasks]: TaskToAdd<Tasks[Index]>;
};

/** What became of one task of `addBulk`. */
export type AddResult = ({ readonly ok: true } & AddedTask) | { readonly ok: false; readonly error: QueueError };

/** Tasks of one `addBulk` that are on their way at once: enough to keep the broker busy, and the memory for it bounded. */
const BULK_WINDOW = 1_000;

/** What may be said about waiting for a result. */
export interface ResultOptions {
  /** Milliseconds to wait for the task's end. Default: 30,000. */
  readonly timeout?: number;
}

const DEFAULT_RESULT_TIMEOUT_MS = 30_000;

const NO_OPTIONS: AddOptions = {};

/** Where tasks are added. */
export class TaskQueue {
  private readonly lives = new KnownLives();

  constructor(
    private readonly publisher: Pick<Publisher, 'publish'>,
    private readonly settings: Pick<QueueSettings, 'publishTimeout' | 'maxMessageBytes'>,
    private readonly events: QueueEvents,
    private readonly history: TaskHistory,
    private readonly tracing: Tracing = noTracing,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Adds a task. Resolves when the broker has confirmed that it is stored: from then on it runs at least once.
   * @throws InvalidPayloadError, MessageTooLargeError, InvalidAddOptionsError: nothing was sent.
   * @throws NotConnectedError, PublishBufferFullError, UnroutableError, PublishRefusedError, TopologyError: nothing was stored.
   * @throws ConfirmTimeoutError: it may have been stored; add it again with the same id.
   */
  add<Task extends TaskDefinition>(
    task: Task,
    payload: PayloadInputOf<Task>,
    options: AddOptions = NO_OPTIONS,
  ): Promise<AddedTask> {
    return this.traced('send', task, payload, options);
  }

  /**
   * Adds many tasks with many confirms on their way at once. One result for each, in the same order; one task that
   * fails does not keep the others from being added.
   */
  addBulk<const Tasks extends readonly TaskDefinition[]>(tasks: TasksToAdd<Tasks>): Promise<AddResult[]> {
    return this.tracing.isOn ? this.tracing.addBulk(tasks, () => this.addAll(tasks)) : this.addAll(tasks);
  }

  /**
   * Publishes an event to its exchange. Resolves when the broker has confirmed that it is stored in every queue that is bound for it: in each
   * it is handled as a task is, with the same id.
   * @throws UnroutableError when no queue is bound for it, unless `mandatory` is `false`: nothing was stored.
   * @throws EventRefusedError when one of its queues refused it: it may be stored in the others; publish it again with the error's `id`.
   * @throws what else {@link add} throws.
   */
  publish<Event extends EventDefinition>(
    event: Event,
    payload: StandardSchemaV1.InferInput<Event['payload']>,
    options: PublishOptions = NO_OPTIONS,
  ): Promise<PublishedEvent> {
    const { publisher, settings, events, tracing, now } = this;
    return publishEvent({ publisher, settings, events, tracing, now }, event, payload, options);
  }

  /**
   * Looks whether messages of these can be written at all: a queue with a seal needs its keys. For a program that adds, at its start; without it
   * the first `add` tells.
   * @throws DefinitionError that says what is missing, as a worker of the queue says it.
   */
  assertWritable(definitions: Iterable<TaskDefinition | EventDefinition>): void {
    for (const one of definitions) ('queue' in one ? one.queue.format : one.format).check?.('writing');
  }

  private traced(as: Adding, task: TaskDefinition, payload: unknown, options: AddOptions): Promise<AddedTask> {
    if (!this.tracing.isOn) return this.store(task, payload, options);
    return this.tracing.add(as, task, options, (trace) => this.store(task, payload, options, trace));
  }

  /** @param trace headers that only the message gets: the caller's options are checked without them. */
  private async store(
    task: TaskDefinition,
    payload: unknown,
    options: AddOptions,
    trace?: TraceHeaders,
  ): Promise<AddedTask> {
    const now = this.now();
    const { delay, expiresAt } = checkAddOptions(task, options, now);
    const checked = checkPayload(task, payload);
    if (isPromise(checked)) await checked;
    const id = options.id ?? newTaskId();
    const isKnownId = options.id !== undefined && !isMadeFor(options.id, now);
    const priority = options.priority ?? task.priority;
    // The payload travels as it was given: the schema's own transformations happen where the task is handled.
    const headers = trace === undefined ? options.headers : { ...trace, ...options.headers };
    const message = writeTask(task, payload, { id, now, isKnownId, headers, priority, expiresAt });
    if (message.content.length > this.settings.maxMessageBytes) {
      throw new MessageTooLargeError(message.content.length, this.settings.maxMessageBytes, task.name);
    }
    const queue = task.queue.name;
    await this.publisher.publish(delayRoute(delay, queue), message, options.timeout ?? this.settings.publishTimeout);
    const life = isKnownId ? now : undefined;
    if (life !== undefined) this.lives.add(id, life);
    this.events.emit('task.added', { id, name: task.name, queue, delay, traceId: traceIdOf(headers), life });
    return { id, queue };
  }

  private async addAll(tasks: readonly TaskToAdd[]): Promise<AddResult[]> {
    const results: AddResult[] = [];
    let next = 0;
    const addNext = async (): Promise<void> => {
      for (let index = next++; index < tasks.length; index = next++) {
        results[index] = await this.addOne(tasks[index]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(BULK_WINDOW, tasks.length) }, addNext));
    return results;
  }

  /**
   * Waits until a task has ended, and resolves with what its handler returned: anything that is JSON and not larger than 1 KB,
   * `undefined` for nothing. Works in every process; the first call reads what was recorded so far.
   * Of a task that this process has added again under an id of its own it is the result of that one, not of an earlier one.
   * @param options `timeout`: milliseconds; 30,000 unless given.
   * @throws TaskFailedError when it was dead-lettered, TaskCancelledError when it was cancelled.
   * @throws ResultTimeoutError when it has not ended by then: it goes on.
   * @throws ResultTooLargeError when it has completed with a result that was not kept.
   * @throws HistoryUnavailableError when what happens is not recorded, or cannot be read.
   */
  result(id: string, { timeout = DEFAULT_RESULT_TIMEOUT_MS }: ResultOptions = {}): Promise<unknown> {
    return resultOf(this.history, id, timeout, this.lives.of(id));
  }

  private async addOne({ task, payload, options = NO_OPTIONS }: TaskToAdd): Promise<AddResult> {
    try {
      return { ok: true, ...(await this.traced('create', task, payload, options)) };
    } catch (error) {
      if (error instanceof QueueError) return { ok: false, error };
      throw error;
    }
  }
}
