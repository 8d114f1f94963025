/** A quantity with a value for each set of labels, as Prometheus knows it. */
export interface Metric {
  /** Ends with `_total` when it is a counter; in base units. */
  readonly name: string;
  readonly help: string;
  /** A `counter` only rises, and begins at 0 again with the process that answers; a `gauge` is what is so now. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** One value; its labels come from sets that stay small. */
export interface Sample {
  /** Of a histogram: the metric's name with `_bucket`, `_sum` or `_count` behind it. Default: the metric's name. */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The `content-type` of {@link prometheusText}. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes metrics in the text format that Prometheus and its kin read, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */
export function prometheusText(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map((sample) => `${sample.name ?? name}${labelText(sample.labels)} ${sample.value}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function labelText(labels: Sample['labels'] = {}): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value)).replaceAll('"', String.raw`\"`)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`);
}
