import type { QueueEventMap, QueueEvents } from '../events';

/** How often each of these has happened to a task. */
export interface TaskCounts {
  /** A run has completed. */
  readonly completed: number;
  /** A run has failed, and the task waits for its next one. */
  readonly retrying: number;
  /** The task was put aside. */
  readonly 'dead-lettered': number;
}

const EVENTS = {
  completed: 'task.completed',
  retrying: 'task.retrying',
  'dead-lettered': 'task.dead-lettered',
} as const satisfies Record<keyof TaskCounts, keyof QueueEventMap>;

/** What is counted, in the order in which it is shown. */
export const COUNTED = ['completed', 'retrying', 'dead-lettered'] as const satisfies readonly (keyof TaskCounts)[];

/** Nothing has happened yet. */
const noTasks: TaskCounts = { completed: 0, retrying: 0, 'dead-lettered': 0 };

/** Counts what happens to the tasks of this process from now on; the counts are in the answer, which changes with them. */
export function countTasks(events: QueueEvents): TaskCounts {
  const counts = { ...noTasks };
  for (const counted of COUNTED)
    events.on(EVENTS[counted], () => {
      counts[counted] += 1;
    });
  return counts;
}

/** The tasks of one worker over all its processes, as it reports them: a process begins at 0, and the worker does not. */
export class TaskTally {
  private ofEarlier = noTasks;
  private ofThis = noTasks;
  private runningNow = 0;

  /** Tasks in the process's hand; 0 when there is none. */
  get running(): number {
    return this.runningNow;
  }

  get total(): TaskCounts {
    const sum = { ...this.ofEarlier };
    for (const counted of COUNTED) sum[counted] += this.ofThis[counted];
    return sum;
  }

  hear({ running, tasks }: { readonly running: number; readonly tasks: TaskCounts }): void {
    this.runningNow = running;
    this.ofThis = tasks;
  }

  endProcess(): void {
    this.ofEarlier = this.total;
    this.ofThis = noTasks;
    this.runningNow = 0;
  }
}
