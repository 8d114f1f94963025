// The door to `@app/queue/metrics`: apart from that of the library, because not every worker listens, and whoever does not import it pays nothing.
export { MetricsModule } from './metrics.module';
export { MetricsSource } from './metrics-source';
export type { Metric } from './prometheus-text';
