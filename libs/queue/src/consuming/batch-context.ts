import { BaseRpcContext } from '@nestjs/microservices';
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

  /** Fires as soon as the signal of one of the tasks does: its time is over, or the worker stops and its deadline has passed. */
  get signal(): AbortSignal {
    this.anySignal ??= AbortSignal.any(this.tasks.map(({ signal }) => signal));
    return this.anySignal;
  }
}
