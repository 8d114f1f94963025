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

/** A report as it is passed on, whatever a handler has said; `undefined` when its fraction is not a number from 0 to 1. */
export function progressOf(fraction: unknown, note: unknown): Progress | undefined {
  if (typeof fraction !== 'number' || !(fraction >= -ROUNDING && fraction <= 1 + ROUNDING)) return undefined;
  return {
    fraction: Math.min(1, Math.max(0, fraction)),
    note: typeof note === 'string' ? note.slice(0, MAX_NOTE) : undefined,
  };
}

/**
 * Passes on what runs report, of each the first at once and then the latest, four times a second at most. One timer for all of them,
 * which is there only while a report waits. A report that is none ends no run: it is dropped, and the first of a run is said.
 */
export class ProgressReports<Run extends object> {
  private readonly toldAt = new WeakMap<Run, number>();
  private readonly waiting = new Map<Run, Progress>();
  private readonly misreported = new WeakSet<Run>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tell: (run: Run, progress: Progress) => void,
    private readonly tellDropped: (run: Run, fraction: number) => void,
  ) {}

  report(run: Run, fraction: unknown, note: unknown): void {
    const progress = progressOf(fraction, note);
    if (progress === undefined) this.drop(run, fraction);
    else this.take(run, progress);
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
    for (const [run, progress] of this.waiting) this.take(run, progress);
  }

  private drop(run: Run, fraction: unknown): void {
    if (this.misreported.has(run)) return;
    this.misreported.add(run);
    this.tellDropped(run, typeof fraction === 'number' ? fraction : Number.NaN);
  }

  private take(run: Run, progress: Progress): void {
    const toldAt = this.toldAt.get(run);
    if (toldAt === undefined || performance.now() - toldAt >= EVERY_MS) {
      this.pass(run, progress);
      return;
    }
    this.waiting.set(run, progress);
    this.timer ??= setTimeout(() => this.sweep(), EVERY_MS).unref();
  }

  private pass(run: Run, progress: Progress): void {
    this.waiting.delete(run);
    this.toldAt.set(run, performance.now());
    this.tell(run, progress);
  }
}
