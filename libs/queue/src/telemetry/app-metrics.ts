import { Registry } from 'prom-client';
import type { Publisher } from '../connection/publisher';
import type { TaskServer } from '../consuming/task-server';
import type { QueueEvents } from '../events';
import type { QueueHealth } from '../health/queue-health';
import { MetricsSource } from '../metrics/metrics-source';
import type { Metric } from '../metrics/prometheus-text';
import type { Steering } from '../steering/steering';
import type { TaskRegistry } from '../task-registry';
import { registerEventMetrics } from './metrics-of-events';
import { registerConnectionMetrics, registerPublishMetrics } from './metrics-of-links';
import { registerProcessMetrics } from './metrics-of-process';
import { registerTaskMetrics } from './metrics-of-tasks';
import { registerWorkMetrics } from './metrics-of-work';

/** The parts of an app that its metrics tell of. */
export interface MeasuredParts {
  readonly registry: TaskRegistry;
  readonly events: QueueEvents;
  readonly server: Pick<TaskServer, 'state' | 'consumed' | 'handoversWaiting'>;
  readonly health: Pick<QueueHealth, 'readiness'>;
  readonly steering: Pick<Steering, 'paused'>;
  readonly publisher: Pick<Publisher, 'pending' | 'pendingBytes' | 'watch'>;
}

/** The metrics of one app, in a registry of its own. Each has its row in `docs/metrics.md`, which a test holds. */
export class AppMetrics extends MetricsSource {
  private readonly register = new Registry();
  private readonly included: (() => readonly Metric[])[] = [];

  constructor({ registry, events, server, health, steering, publisher }: MeasuredParts) {
    super();
    registerTaskMetrics(this.register, registry, events);
    registerWorkMetrics(this.register, { server, health, steering, registry });
    registerEventMetrics(this.register, registry, events);
    registerConnectionMetrics(this.register, events, server);
    registerPublishMetrics(this.register, publisher);
    registerProcessMetrics(this.register);
  }

  async metrics(): Promise<readonly Metric[]> {
    const metrics = await this.register.getMetricsAsJSON();
    const own = metrics.map(({ name, help, type, values }) => ({
      name,
      help,
      type: type as unknown as Metric['type'],
      // What nothing was measured of yet is no number (the event loop's lag in its first milliseconds).
      samples: values.filter(({ value }) => Number.isFinite(value)).map(sampleOf),
    }));
    return [...own, ...this.included.flatMap(ownOf)];
  }

  include(read: () => readonly Metric[]): void {
    this.included.push(read);
  }
}

/** What an app tells besides; nothing, and a warning, when that throws: whoever scrapes is told of all else. */
function ownOf(read: () => readonly Metric[]): readonly Metric[] {
  try {
    return read();
  } catch (error) {
    process.emitWarning(`Metrics of the app’s own could not be read: ${String(error)}`, 'MetricsWarning');
    return [];
  }
}

function sampleOf({ labels, value, ...rest }: { labels: object; value: number }): Metric['samples'][number] {
  const name = 'metricName' in rest && typeof rest.metricName === 'string' ? rest.metricName : undefined;
  return { name, labels: labels as Record<string, string | number>, value };
}
