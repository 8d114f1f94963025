import { BaseRpcContext } from '@nestjs/microservices';
import { TaskCancelledError } from '../errors';
import type { TaskContext } from './task-context';

/** What the handler of a batch gets by `@Ctx()`, beside the list of payloads: the context of each task, in the same order. */
export class BatchContext extends BaseRpcContext<[readonly TaskContext[]]> {
  readonly name: string;
  readonly queue: string;
  private anySignal: AbortSignal | undefined;

  constructor(
    /** One for each payload: ids, attempts, headers; and the channel to acknowledge one by hand. */
    readonly tasks: readonly [TaskContext, ...TaskContext[]],
  ) {
    super([tasks]);
    this.name = tasks[0].name;
    this.queue = tasks[0].queue;
  }

  /**
   * Fires as soon as the signal of one of the tasks does: its time is over, or the worker stops and its deadline has passed. When tasks
   * are cancelled it fires with the last of them: the others go on, and the signal of a cancelled one itself tells of it.
   */
  get signal(): AbortSignal {
    this.anySignal ??= signalOf(this.tasks);
    return this.anySignal;
  }
}

function signalOf(tasks: readonly TaskContext[]): AbortSignal {
  const controller = new AbortController();
  const look = (signal: AbortSignal): void => {
    const isForOne = signal.reason instanceof TaskCancelledError;
    if (!isForOne || tasks.every((task) => task.signal.aborted)) controller.abort(signal.reason);
  };
  for (const { signal } of tasks) {
    if (signal.aborted) look(signal);
    else signal.addEventListener('abort', () => look(signal), { once: true });
  }
  return controller.signal;
}
