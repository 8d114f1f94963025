/** One report of a run about itself. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly note: string | undefined;
}

/** Milliseconds between two reports of one run. */
const EVERY_MS = 250;

/** Characters of a note. */
const MAX_NOTE = 200;

/** What adding up fractions may miss 0 and 1 by. */
const ROUNDING = 1e-6;

/**
 * A report as it is passed on.
 * @throws RangeError when the fraction is not a number from 0 to 1.
 */
export function checkProgress(fraction: number, note: string | undefined): Progress {
  if (!(fraction >= -ROUNDING && fraction <= 1 + ROUNDING)) {
    throw new RangeError(`progress: the fraction is from 0 to 1, not ${String(fraction)}.`);
  }
  return {
    fraction: Math.min(1, Math.max(0, fraction)),
    note: note?.slice(0, MAX_NOTE),
  };
}

/**
 * Passes on what runs report, of each the first at once and then the latest, four times a second at most. One timer for all of them,
 * which is there only while a report waits.
 */
export class ProgressReports<Run extends object> {
  private readonly toldAt = new WeakMap<Run, number>();
  private readonly waiting = new Map<Run, Progress>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly tell: (run: Run, progress: Progress) => void) {}

  report(run: Run, progress: Progress): void {
    const toldAt = this.toldAt.get(run);
    if (toldAt === undefined || performance.now() - toldAt >= EVERY_MS) {
      this.pass(run, progress);
      return;
    }
    this.waiting.set(run, progress);
    this.timer ??= setTimeout(() => this.sweep(), EVERY_MS).unref();
  }

  /** The run has failed: what it reported last is said before that. */
  flush(run: Run): void {
    const progress = this.waiting.get(run);
    if (progress !== undefined) this.pass(run, progress);
  }

  /** The run has ended: nothing more is said of it. */
  forget(run: Run): void {
    this.waiting.delete(run);
  }

  private sweep(): void {
    this.timer = undefined;
    for (const [run, progress] of this.waiting) this.report(run, progress);
  }

  private pass(run: Run, progress: Progress): void {
    this.waiting.delete(run);
    this.toldAt.set(run, performance.now());
    this.tell(run, progress);
  }
}
