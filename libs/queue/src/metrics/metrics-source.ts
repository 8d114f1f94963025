import type { Metric } from './prometheus-text';

/**
 * An app's metrics, for those who do not know what collects them: an app has them when it imports `MetricsModule`, and only then is
 * the library for it loaded.
 */
export abstract class MetricsSource {
  /** All that is known at this moment, gauges read anew. */
  abstract metrics(): Promise<readonly Metric[]>;

  /**
   * Tells from now on what an app knows besides: `read` is called at each scrape, and is not waited for. Its metrics need names that no other
   * has. What it throws is told as a warning of the process, and its metrics are missing from that scrape; all others are there.
   */
  abstract include(read: () => readonly Metric[]): void;
}
