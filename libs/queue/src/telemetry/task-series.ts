import type { TaskRegistry } from '../task-registry';

/** What stands for every name that nobody defined: whoever may write to a queue must not make series without end. */
export const OTHER = 'other';

/** The labels of what is counted for each kind of task. */
export interface TaskLabels {
  readonly queue: string;
  readonly task: string;
}

/**
 * What is kept for each kind of task: found in two looks, and never more than there are definitions. A task that is not defined, or not
 * in this queue, is its queue's `other`; one in a queue that nobody defined is the `other` of `other`.
 */
export class TaskSeries<Series> {
  private readonly queues = new Map<string, Map<string, Series>>();
  private readonly strangers: Series;

  constructor(
    { queues, tasks }: Pick<TaskRegistry, 'queues' | 'tasks'>,
    private readonly make: (labels: TaskLabels) => Series,
  ) {
    for (const { name } of queues) this.add(name, OTHER);
    for (const { name, queue } of tasks) this.add(queue.name, name);
    this.strangers = make({ queue: OTHER, task: OTHER });
  }

  of(queue: string, task: string | undefined): Series {
    const tasks = this.queues.get(queue);
    if (tasks === undefined) return this.strangers;
    return tasks.get(task ?? OTHER) ?? tasks.get(OTHER) ?? this.strangers;
  }

  /** Those of one queue. */
  in(queue: string): Iterable<Series> {
    return this.queues.get(queue)?.values() ?? [];
  }

  *all(): Iterable<Series> {
    for (const tasks of this.queues.values()) yield* tasks.values();
    yield this.strangers;
  }

  private add(queue: string, task: string): void {
    const tasks = this.queues.get(queue) ?? new Map<string, Series>();
    this.queues.set(queue, tasks.set(task, this.make({ queue, task })));
  }
}
