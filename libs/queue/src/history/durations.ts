/** Steps within each doubling: a quantile is at most 19 % above the truth. */
const STEPS = 4;

/** Up to 2^31 ms, which is 24 days. */
const BUCKETS = 32 * STEPS;

/** How long things took, counted in steps that grow with their length: small, and quick to add up. */
export class Durations {
  private readonly counts = new Uint32Array(BUCKETS);
  private total = 0;

  get count(): number {
    return this.total;
  }

  /** Milliseconds; below 1 counts as 0 to 1. */
  add(milliseconds: number): void {
    const step = Math.floor(Math.log2(Math.max(1, milliseconds)) * STEPS);
    const bucket = Math.min(BUCKETS - 1, step);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total += 1;
  }

  addAll(other: Durations): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    }
    this.total += other.total;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }

  /** Milliseconds that so large a part of them took at most, from 0 to 1; `undefined` when there is none. */
  quantile(part: number): number | undefined {
    if (this.total === 0) return undefined;
    const rank = Math.max(1, Math.ceil(part * this.total));
    let seen = 0;
    let bucket = 0;
    while (bucket < BUCKETS) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= rank) break;
      bucket += 1;
    }
    return Math.round(2 ** ((bucket + 1) / STEPS));
  }
}
