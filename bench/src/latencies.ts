/** The distribution of latencies in milliseconds; `min` below 0: something was early. */
export interface Latencies {
  readonly [name: string]: number;
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** By nearest rank; NaN of nothing. */
export function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(Math.ceil(share * sorted.length - 1e-6), 1) - 1] ?? Number.NaN;
  return { min: sorted[0] ?? Number.NaN, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
