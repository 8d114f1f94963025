import { AsyncLocalStorage } from 'node:async_hooks';
import { context, isSpanContextValid, trace } from '@opentelemetry/api';
import { traceIdOf } from '../message/trace-headers';
import type { TracedContext, TracedTask } from '../tracing';

/** What a log line says of the task whose handler writes it. */
export interface RunningTask {
  /** `undefined` when its sender gave it none, and in a handler of batches. */
  readonly taskId?: string | undefined;
  /** The ids of a batch's tasks, the first hundred. */
  readonly taskIds?: readonly string[] | undefined;
  readonly queue: string;
  /** The run in progress, from 1; not there in a handler of batches. */
  readonly attempt?: number | undefined;
  /** The trace it is part of, as far as somebody traces. */
  readonly traceId?: string | undefined;
}

/** What is known of a run when a line is written in it. */
type ToldTask = Pick<TracedTask, 'id' | 'queue' | 'attempt' | 'traceId'> & Partial<Pick<TracedTask, 'message'>>;

const MAX_IDS = 100;

const runs = new AsyncLocalStorage<() => RunningTask>();
let isWanted = false;

/**
 * Gives a function that tells which task's handler it is called from, also behind its `await`s, and `undefined` elsewhere: for a
 * logger of your own (`mixin: () => task() ?? {}` with pino). Call it once, where the logger is made. From then on each run is
 * remembered by an AsyncLocalStorage, which costs each task a little, and on Node before 24 every promise of the process; an app that
 * never calls it pays nothing. {@link appLogger} calls it for the format `json`.
 */
export function runningTask(): () => RunningTask | undefined {
  isWanted = true;
  return () => {
    const task = runs.getStore()?.();
    const span = trace.getSpanContext(context.active());
    if (task === undefined || span === undefined || !isSpanContextValid(span)) return task;
    return { ...task, traceId: span.traceId };
  };
}

/** Whether anybody asks. */
export function isRunningTaskWanted(): boolean {
  return isWanted;
}

/** Calls a handler so that what it writes can be told to be of this task. */
export function withinRun<Result>(task: ToldTask, handle: () => Result): Result {
  return runs.run(() => {
    const { id: taskId, queue, attempt, traceId = traceIdOf(task.message?.properties.headers) } = task;
    return { taskId, queue, attempt, traceId };
  }, handle);
}

/** The same of a batch. */
export function withinBatch<Result>(
  { queue, tasks }: { readonly queue: string; readonly tasks: readonly TracedContext[] },
  handle: () => Result,
): Result {
  return runs.run(() => {
    const taskIds = tasks.slice(0, MAX_IDS).flatMap(({ id }) => id ?? []);
    return { taskIds, queue };
  }, handle);
}
