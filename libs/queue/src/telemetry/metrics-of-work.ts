import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ConsumerState } from '../connection/queue-consumer';
import type { ConsumedQueue } from '../consuming/consumed-queue';
import type { TaskServer } from '../consuming/task-server';
import type { QueueHealth } from '../health/queue-health';
import type { Steering } from '../steering/steering';
import type { TaskRegistry } from '../task-registry';
import { TaskSeries } from './task-series';

/** Each state of a consumer; a new one has to be named here. */
const CONSUMER_STATES = {
  starting: true,
  consuming: true,
  interrupted: true,
  suspended: true,
  stopped: true,
} as const satisfies Record<ConsumerState, true>;

/** What these metrics are read from, when somebody asks. */
export interface Work {
  readonly server: Pick<TaskServer, 'consumed' | 'handoversWaiting'>;
  readonly health: Pick<QueueHealth, 'readiness'>;
  readonly steering: Pick<Steering, 'paused'>;
  readonly registry: TaskRegistry;
}

/** What this process has in hand now: read when it is asked for, and kept nowhere. */
export function registerWorkMetrics(register: Registry, { server, health, steering, registry }: Work): void {
  const ofProcess = (name: string, help: string, value: () => number): void => {
    const gauge: Gauge = new Gauge({ name, help, registers: [register], collect: () => gauge.set(value()) });
  };
  const ofQueues = (name: string, help: string, value: (queue: ConsumedQueue) => number): void => {
    const collect = (): void => {
      for (const consumed of server.consumed) gauge.set({ queue: consumed.queue }, value(consumed));
    };
    const gauge: Gauge = new Gauge({ name, help, labelNames: ['queue'], registers: [register], collect });
  };

  ofProcess('warren_ready', 'Whether the process can do its work (1) or not (0, /health/ready says why).', () =>
    Number(health.readiness().isReady),
  );
  ofProcess(
    'warren_handovers_waiting',
    'Tasks that wait, unacknowledged, for the broker to take them to their next place.',
    () => server.handoversWaiting,
  );
  ofQueues('warren_slots', 'Tasks of the queue that this worker runs at once (its concurrency).', ({ slots }) => slots);
  ofQueues(
    'warren_slots_stuck',
    'Slots of the queue that one task has held for longer than STUCK_AFTER_MS.',
    ({ stuck }) => stuck,
  );
  ofQueues(
    'warren_longest_run_seconds',
    'How long the longest run of the queue has gone on in this worker; 0 when nothing runs.',
    ({ inHand }) => Math.max(0, ...inHand.map(({ runningFor = 0 }) => runningFor)) / 1_000,
  );
  ofQueues(
    'warren_oldest_task_seconds',
    'The age of the oldest task of the queue in this worker’s hand, from when it could first have been run; 0 when there is none.',
    ({ inHand }) => {
      const now = Date.now();
      return Math.max(0, ...inHand.map(({ dueAt = now }) => now - dueAt)) / 1_000;
    },
  );
  registerPauses(register, { server, steering, registry });
  registerRunning(register, server, registry);
  registerConsumerStates(register, server);
}

/** Also of queues that this process does not consume: where no worker of theirs is up, whoever follows the orders tells that it is meant. */
function registerPauses(register: Registry, { server, steering, registry }: Omit<Work, 'health'>): void {
  const gauge: Gauge = new Gauge({
    name: 'warren_queue_paused',
    help: 'Whether somebody has paused the queue (1): no worker takes from it, and none is at fault.',
    labelNames: ['queue'],
    registers: [register],
    collect: () => {
      gauge.reset(); // a pause of a queue that is not consumed here is told no more once it is over
      for (const { queue } of server.consumed) gauge.set({ queue }, 0);
      for (const { name } of registry.queues) if (steering.paused.has(name)) gauge.set({ queue: name }, 1);
    },
  });
}

function registerRunning(register: Registry, server: Work['server'], registry: TaskRegistry): void {
  const tasks = new TaskSeries(registry, (labels) => ({ labels: { ...labels }, running: 0 }));
  const gauge: Gauge = new Gauge({
    name: 'warren_tasks_running',
    help: 'Tasks that hold a slot of this worker now.',
    labelNames: ['queue', 'task'],
    registers: [register],
    collect: () => {
      for (const task of tasks.all()) task.running = 0;
      for (const { queue, inHand } of server.consumed) {
        for (const { name, runningFor } of inHand) if (runningFor !== undefined) tasks.of(queue, name).running += 1;
        for (const { labels, running } of tasks.in(queue)) gauge.set(labels, running);
      }
    },
  });
}

function registerConsumerStates(register: Registry, server: Work['server']): void {
  const gauge: Gauge = new Gauge({
    name: 'warren_consumer_state',
    help: 'The state of this worker’s consumer of the queue: 1 for the one it is in, 0 for the others.',
    labelNames: ['queue', 'state'],
    registers: [register],
    collect: () => {
      for (const consumed of server.consumed)
        for (const state of Object.keys(CONSUMER_STATES))
          gauge.set({ queue: consumed.queue, state }, Number(consumed.state === state));
    },
  });
}
