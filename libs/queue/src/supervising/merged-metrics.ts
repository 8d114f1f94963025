import type { Metric, Sample } from '../metrics/prometheus-text';

/** One worker's metrics, by its number. */
export type OfWorker = readonly [worker: number, metrics: readonly Metric[]];

/**
 * Metrics of several workers as those of one page: each metric once, each sample with its worker's number. A worker keeps its number when
 * it is started again, so a counter that begins anew is one that was reset, as Prometheus expects of a process that restarts.
 */
export function mergedMetrics(own: readonly Metric[], workers: readonly OfWorker[]): Metric[] {
  const merged = new Map<string, Metric & { samples: Sample[] }>();
  for (const [worker, metrics] of workers) {
    for (const metric of metrics) {
      const known = merged.get(metric.name) ?? { ...metric, samples: [] };
      merged.set(metric.name, known);
      for (const sample of metric.samples) known.samples.push({ ...sample, labels: { worker, ...sample.labels } });
    }
  }
  return [...own, ...merged.values()];
}
