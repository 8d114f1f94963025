import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BatchPolicy } from './batch-policy';
import { defineQueue, priorityProblem } from './define-queue';
import type { QueueDefinition } from './define-queue';
import { DefinitionError } from './errors';
import { isShortString } from './message/field-table';
import { runPolicy } from './run-policy';
import type { Acknowledge, RunIn, RunPolicy, RunPolicyInput } from './run-policy';
import { taskVersions } from './task-versions';
import type { TaskVersions, TaskVersionsInput } from './task-versions';

/** The queue of a task definition that names none. */
export const DEFAULT_QUEUE = 'tasks';

/** What `defineTask` takes. */
export interface TaskDefinitionInput<Schema extends StandardSchemaV1> extends RunPolicyInput, TaskVersionsInput {
  /** The task's name: the pattern of its handler and the message's `type`. 1 to 128 characters, 255 bytes at most. */
  readonly name: string;
  /** The queue it waits in: a name, or a definition made by `defineQueue`. Default: `tasks`. */
  readonly queue?: string | QueueDefinition;
  /** Any Standard Schema (zod, valibot, arktype ...). Checked when the task is added and again before it is handled. */
  readonly payload: Schema;
  /** One sentence for people: shown in the API's documentation. */
  readonly description?: string;
  /**
   * `before`: acknowledged before the handler begins, for work that must never run twice. **At most once**: a task whose
   * worker dies is gone, one that fails goes to the dead-letter queue, and one that is handed out a second time is put
   * there without a run. Default: `after`, at least once.
   */
  readonly acknowledge?: Acknowledge;
  /**
   * `thread`: its handler runs in a thread of the worker, for work that costs only processor time and would keep the event loop
   * from heartbeats, health checks and other tasks. There `timeout` is hard: a handler that does not end when its signal
   * fires is ended with its thread, also one that never returns. Needs `QueueModule`'s `thread`. Default: `process`.
   */
  readonly runIn?: RunIn;
  /**
   * Its handler takes several tasks in one call: a list of payloads and a `BatchContext`. Each task keeps its own end, attempts
   * and dead letter: an error that the handler throws is the failure of every task in the batch; to tell them apart it
   * returns what `Promise.allSettled` gives, one entry a task, in their order. When it returns nothing all are done; anything else,
   * also what an interceptor made of its answer, puts all of them aside as `unrecoverable`. A batch takes a slot for each task, so
   * the queue's `concurrency` must be `size` or more. A task's `timeout` holds its waiting too. Default: one by one.
   */
  readonly batch?: BatchPolicy;
  /**
   * `false`: what its handler returns is kept nowhere, for results that not everybody may read who may read what happened to tasks
   * (`warren.events`, a week by default). `TaskQueue.result` then resolves with `undefined` when it has completed; whoever waits for the
   * answer to a request of Nest's clients gets it all the same. Errors are kept in any case. Default: `true`, up to 1 KB of JSON; `false`
   * where the queue's payloads are encrypted.
   */
  readonly keepResult?: boolean;
  /** From 0 to the queue's `maxPriority`: higher ones are handed out first. Default: none, which is the lowest. */
  readonly priority?: number;
}

/** The contract between the producer and the worker. Made by {@link defineTask}. */
export interface TaskDefinition<Schema extends StandardSchemaV1 = StandardSchemaV1> extends RunPolicy, TaskVersions {
  readonly name: string;
  readonly queue: QueueDefinition;
  readonly payload: Schema;
  readonly description?: string;
  readonly priority?: number;
}

/** The contract of a task whose handler takes several in one call. Made by {@link defineTask}, given a `batch`. */
export interface BatchTaskDefinition<
  Schema extends StandardSchemaV1 = StandardSchemaV1,
> extends TaskDefinition<Schema> {
  readonly batch: BatchPolicy;
}

/** What a handler of the task, or of an event, receives: the schema's output. */
export type PayloadOf<Task extends Pick<TaskDefinition, 'payload'>> = StandardSchemaV1.InferOutput<Task['payload']>;

/** What `TaskQueue.add` takes for the task: the schema's input. */
export type PayloadInputOf<Task extends TaskDefinition> = StandardSchemaV1.InferInput<Task['payload']>;

/**
 * Defines a task whose handler takes several in one call.
 * @throws DefinitionError when the name, the queue's name or another value cannot be used.
 */
export function defineTask<Schema extends StandardSchemaV1>(
  input: TaskDefinitionInput<Schema> & { readonly batch: BatchPolicy },
): BatchTaskDefinition<Schema>;
/**
 * Defines a task: name, queue and payload schema, imported by the app that adds it and the app that handles it.
 * @throws DefinitionError when the name, the queue's name or another value cannot be used.
 */
export function defineTask<Schema extends StandardSchemaV1>(input: TaskDefinitionInput<Schema>): TaskDefinition<Schema>;
export function defineTask<Schema extends StandardSchemaV1>(
  input: TaskDefinitionInput<Schema>,
): TaskDefinition<Schema> {
  if (input.name.length < 1 || input.name.length > 128 || !isShortString(input.name)) {
    throw new DefinitionError(
      `A task's name has 1 to 128 characters and 255 bytes at most; "${input.name.slice(0, 140)}" has ` +
        `${input.name.length} characters and ${Buffer.byteLength(input.name)} bytes.`,
    );
  }
  const named = input.queue ?? DEFAULT_QUEUE;
  const queue = typeof named === 'string' ? defineQueue({ name: named }) : named;
  const problem = input.priority === undefined ? undefined : priorityProblem(queue, input.priority);
  if (problem !== undefined) throw new DefinitionError(`Task "${input.name}": priority ${problem}.`);
  const subject = `Task "${input.name}"`;
  return Object.freeze({
    name: input.name,
    queue,
    ...taskVersions(subject, input),
    ...runPolicy(subject, { ...input, keepResult: isResultKept(input, queue) }, queue),
    ...(input.priority === undefined ? {} : { priority: input.priority }),
    payload: input.payload,
    ...(input.description === undefined ? {} : { description: input.description }),
  });
}

function isResultKept({ keepResult }: { readonly keepResult?: boolean }, { format }: QueueDefinition): boolean {
  return keepResult ?? format.isEncrypted !== true;
}
