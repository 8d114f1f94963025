import type { Metric, Sample } from '../metrics/prometheus-text';
import { COUNTED } from './task-counts';
import type { TaskCounts } from './task-counts';
import { DEATH_KINDS } from './worker-status';
import type { DeathKind } from './worker-status';

/** One worker in numbers. */
export interface WorkerFigures {
  /** Its number, from 1: it keeps it over restarts. */
  readonly worker: number;
  /** Whether there is a process of it. */
  readonly isRunning: boolean;
  /** Whether it consumes all its queues, and has no reason not to do its work. */
  readonly isReady: boolean;
  readonly restarts: number;
  /** Tasks in its hand when it reported last; 0 without a process. */
  readonly running: number;
  /** What became of the tasks of all its processes, as far as they have reported it. */
  readonly tasks: TaskCounts;
}

/** A supervisor in numbers. */
export interface SupervisorFigures {
  readonly workers: readonly WorkerFigures[];
  readonly deaths: ReadonlyMap<DeathKind, number>;
}

/** What a supervisor tells Prometheus: a handful of values for each worker that is wanted, whatever happens to its processes. */
export function supervisorMetrics({ workers, deaths }: SupervisorFigures): Metric[] {
  const ofEach = (value: (worker: WorkerFigures) => number): Sample[] =>
    workers.map((figures) => ({ labels: { worker: figures.worker }, value: value(figures) }));
  return [
    {
      name: 'warren_workers_wanted',
      help: 'Worker processes that are to run under this supervisor (WORKER_PROCESSES).',
      type: 'gauge',
      samples: [{ value: workers.length }],
    },
    {
      name: 'warren_worker_running',
      help: 'Whether the worker has a process (1) or waits for one (0).',
      type: 'gauge',
      samples: ofEach(({ isRunning }) => Number(isRunning)),
    },
    {
      name: 'warren_worker_ready',
      help: 'Whether the worker consumes all its queues and can do its work (1) or not (0, /health/ready says why).',
      type: 'gauge',
      samples: ofEach(({ isReady }) => Number(isReady)),
    },
    {
      name: 'warren_worker_restarts_total',
      help: 'Processes of the worker that were started after its first one.',
      type: 'counter',
      samples: ofEach(({ restarts }) => restarts),
    },
    {
      name: 'warren_worker_deaths_total',
      help: 'Processes of workers that ended without being told to, or not as they were told to.',
      type: 'counter',
      samples: DEATH_KINDS.map((kind) => ({ labels: { kind }, value: deaths.get(kind) ?? 0 })),
    },
    {
      name: 'warren_worker_tasks_running',
      help: 'Tasks in the worker’s hand: they run, wait for their slot, or are on their way to their next place.',
      type: 'gauge',
      samples: ofEach(({ running }) => running),
    },
    {
      name: 'warren_worker_tasks_total',
      help: 'What became of the worker’s tasks: a run completed, a run failed and its task waits for the next, or the task was put aside.',
      type: 'counter',
      samples: workers.flatMap(({ worker, tasks }) =>
        COUNTED.map((outcome) => ({ labels: { worker, outcome }, value: tasks[outcome] })),
      ),
    },
  ];
}
