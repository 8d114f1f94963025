import type { Publisher } from '../connection/publisher';
import type { PayloadInputOf, TaskDefinition } from '../define-task';
import { MessageTooLargeError, QueueError } from '../errors';
import type { QueueEvents } from '../events';
import { checkPayload } from '../message/check-payload';
import { isPromise } from '../is-promise';
import { writeTask } from '../message/task-message';
import type { HeaderValue } from '../message/task-message';
import type { QueueSettings } from '../queue.options';
import { delayRoute } from '../topology/delay-levels';
import { checkAddOptions } from './add-options';
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

/** One task of `addBulk`. Its payload is checked when it is added, not by the compiler: a list may hold tasks of all kinds. */
export interface TaskToAdd {
  readonly task: TaskDefinition;
  readonly payload: unknown;
  readonly options?: AddOptions;
}

/** What became of one task of `addBulk`. */
export type AddResult = ({ readonly ok: true } & AddedTask) | { readonly ok: false; readonly error: QueueError };

/** Tasks of one `addBulk` that are on their way at once: enough to keep the broker busy, and the memory for it bounded. */
const BULK_WINDOW = 1_000;

const NO_OPTIONS: AddOptions = {};

/** Where tasks are added. */
export class TaskQueue {
  constructor(
    private readonly publisher: Publisher,
    private readonly settings: Pick<QueueSettings, 'publishTimeout' | 'maxMessageBytes'>,
    private readonly events: QueueEvents,
  ) {}

  /**
   * Adds a task. Resolves when the broker has confirmed that it is stored: from then on it runs at least once.
   * @throws InvalidPayloadError, MessageTooLargeError, InvalidAddOptionsError: nothing was sent.
   * @throws NotConnectedError, PublishBufferFullError, UnroutableError, PublishRefusedError, TopologyError: nothing was stored.
   * @throws ConfirmTimeoutError: it may have been stored; add it again with the same id.
   */
  async add<Task extends TaskDefinition>(
    task: Task,
    payload: PayloadInputOf<Task>,
    options: AddOptions = NO_OPTIONS,
  ): Promise<AddedTask> {
    const now = Date.now();
    const { delay, expiresAt } = checkAddOptions(task, options, now);
    const checked = checkPayload(task, payload);
    if (isPromise(checked)) await checked;
    const id = options.id ?? newTaskId();
    const priority = options.priority ?? task.priority;
    // The payload travels as it was given: the schema's own transformations happen where the task is handled.
    const message = writeTask(task, payload, { id, now, headers: options.headers, priority, expiresAt });
    if (message.content.length > this.settings.maxMessageBytes) {
      throw new MessageTooLargeError(message.content.length, this.settings.maxMessageBytes, task.name);
    }
    const queue = task.queue.name;
    await this.publisher.publish(delayRoute(delay, queue), message, options.timeout ?? this.settings.publishTimeout);
    this.events.emit('task.added', { id, name: task.name, queue, delay });
    return { id, queue };
  }

  /**
   * Adds many tasks with many confirms on their way at once. One result for each, in the same order; one task that
   * fails does not keep the others from being added.
   */
  async addBulk(tasks: readonly TaskToAdd[]): Promise<AddResult[]> {
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

  private async addOne({ task, payload, options }: TaskToAdd): Promise<AddResult> {
    try {
      return { ok: true, ...(await this.add(task, payload, options)) };
    } catch (error) {
      if (error instanceof QueueError) return { ok: false, error };
      throw error;
    }
  }
}
