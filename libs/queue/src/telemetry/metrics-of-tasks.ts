import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { QueueEventMap, QueueEvents } from '../events';
import type { TaskRegistry } from '../task-registry';
import { TaskSeries } from './task-series';
import type { TaskLabels } from './task-series';

/** From what a cache answers to half an hour, which is what RabbitMQ waits for an acknowledgement. */
const RUN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/** From a free slot to a queue that nobody emptied over night. */
const WAIT_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

/** The ends of a run that are counted, and the event that tells of each. */
const OUTCOMES = {
  completed: 'task.completed',
  retrying: 'task.retrying',
  'dead-lettered': 'task.dead-lettered',
  cancelled: 'task.cancelled',
  requeued: 'task.requeued',
  lost: 'task.lost',
} as const satisfies Record<string, keyof QueueEventMap>;

type Outcome = keyof typeof OUTCOMES;

/** All that is counted of one kind of task, bound to its labels once: an event costs a look and an addition. */
class CountedTask {
  readonly added: Counter.Internal;
  readonly redelivered: Counter.Internal;
  readonly run: Histogram.Internal<string>;
  readonly wait: Histogram.Internal<string>;
  readonly outcomes: Readonly<Record<Outcome, Counter.Internal>>;
  /** Milliseconds since 1970; 0 before the first. */
  lastSuccess = 0;

  constructor(
    readonly labels: TaskLabels,
    private readonly metrics: TaskMetrics,
  ) {
    const { queue, task } = labels;
    this.added = metrics.added.labels(queue, task);
    this.redelivered = metrics.redelivered.labels(queue, task);
    this.run = metrics.run.labels(queue, task);
    this.wait = metrics.wait.labels(queue, task);
    const outcome = (name: Outcome): Counter.Internal => metrics.outcomes.labels(queue, task, name);
    this.outcomes = {
      completed: outcome('completed'),
      retrying: outcome('retrying'),
      'dead-lettered': outcome('dead-lettered'),
      cancelled: outcome('cancelled'),
      requeued: outcome('requeued'),
      lost: outcome('lost'),
    };
  }

  /** A counter that appears with its first event has not risen, to Prometheus: those that may come are there from the start. */
  showOutcomes(): void {
    this.redelivered.inc(0);
    for (const outcome of Object.values(this.outcomes)) outcome.inc(0);
  }

  deadLettered(reason: string): void {
    this.outcomes['dead-lettered'].inc();
    this.metrics.deadLettered.inc({ ...this.labels, reason });
  }
}

/** What becomes of tasks, counted from the events. */
export function registerTaskMetrics(register: Registry, registry: TaskRegistry, events: QueueEvents): void {
  const metrics = new TaskMetrics(register);
  const tasks = new TaskSeries(registry, (labels) => new CountedTask(labels, metrics));
  showLastSuccess(register, tasks);
  count(events, tasks);
  for (const { name, queue } of registry.tasks) tasks.of(queue.name, name).added.inc(0);
}

/** Their counters and histograms. */
class TaskMetrics {
  readonly added: Counter;
  readonly outcomes: Counter;
  readonly deadLettered: Counter;
  readonly redelivered: Counter;
  readonly run: Histogram;
  readonly wait: Histogram;

  constructor(register: Registry) {
    const registers = [register];
    const labelNames = ['queue', 'task'];
    this.added = new Counter({
      name: 'warren_tasks_added_total',
      help: 'Tasks that this process has added and the broker has confirmed.',
      labelNames,
      registers,
    });
    this.outcomes = new Counter({
      name: 'warren_tasks_total',
      help: 'Runs of tasks in this process, and tasks that could not be run, by how they ended.',
      labelNames: [...labelNames, 'outcome'],
      registers,
    });
    this.deadLettered = new Counter({
      name: 'warren_tasks_dead_lettered_total',
      help: 'Tasks that this process has put aside into their dead-letter queue, by reason.',
      labelNames: [...labelNames, 'reason'],
      registers,
    });
    this.redelivered = new Counter({
      name: 'warren_tasks_redelivered_total',
      help: 'Runs of tasks that had been handed out before without an outcome.',
      labelNames,
      registers,
    });
    this.run = new Histogram({
      name: 'warren_task_run_seconds',
      help: 'How long runs took that completed.',
      labelNames,
      buckets: RUN_BUCKETS,
      registers,
    });
    this.wait = new Histogram({
      name: 'warren_task_wait_seconds',
      help: 'From when a task could have been run (added, or its delay or backoff over) to the start of its run.',
      labelNames,
      buckets: WAIT_BUCKETS,
      registers,
    });
  }
}

function showLastSuccess(register: Registry, tasks: TaskSeries<CountedTask>): void {
  const gauge: Gauge = new Gauge({
    name: 'warren_task_last_success_timestamp_seconds',
    help: 'When a run completed last in this process, in seconds since 1970; not there before the first.',
    labelNames: ['queue', 'task'],
    registers: [register],
    collect: () => {
      for (const { labels, lastSuccess } of tasks.all())
        if (lastSuccess > 0) gauge.set({ ...labels }, lastSuccess / 1_000);
    },
  });
}

function count(events: QueueEvents, tasks: TaskSeries<CountedTask>): void {
  events.on('task.added', ({ queue, name }) => tasks.of(queue, name).added.inc());
  events.on('task.started', ({ queue, name, redelivered, dueAt }) => {
    const task = tasks.of(queue, name);
    if (redelivered) task.redelivered.inc();
    // Another machine's clock may be ahead of this one's.
    if (dueAt !== undefined) task.wait.observe(Math.max(0, Date.now() - dueAt) / 1_000);
  });
  events.on('task.completed', ({ queue, name, milliseconds }) => {
    const task = tasks.of(queue, name);
    task.outcomes.completed.inc();
    task.run.observe(milliseconds / 1_000);
    task.lastSuccess = Date.now();
  });
  events.on('task.dead-lettered', ({ queue, name, reason }) => tasks.of(queue, name).deadLettered(reason));
  for (const outcome of ['retrying', 'cancelled', 'requeued', 'lost'] as const) {
    events.on(OUTCOMES[outcome], ({ queue, name }) => tasks.of(queue, name).outcomes[outcome].inc());
  }
  events.on('consumer.started', ({ queue }) => {
    for (const task of tasks.in(queue)) task.showOutcomes();
  });
}
