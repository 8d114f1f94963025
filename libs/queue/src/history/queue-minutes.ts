import { Durations } from './durations';

const MINUTE_MS = 60_000;

/** Minutes that are remembered: the length of a sparkline. */
const MINUTES = 30;

/** Minutes that waits and runs are told of. */
const RECENT_MINUTES = 5;

/** Seconds that the rate is told of. */
const RATE_SECONDS = 60;

/** Half and 95 % of something took at most so many milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

/** What a queue has done of late. */
export interface QueueRate {
  /** Tasks completed a second, over the last minute. */
  readonly donePerSecond: number;
  /** Runs that failed in the last five minutes, those that are tried again included. */
  readonly failed: number;
  /** How long tasks waited for a worker, in the last five minutes. */
  readonly wait?: Quantiles;
  /** How long handlers ran, in the last five minutes. */
  readonly run?: Quantiles;
  /** Tasks completed in each of the last 30 minutes, the oldest first. */
  readonly sparkline: readonly number[];
  /** Tasks that wait have been forgotten, because more are open than are remembered: what waits is more, and older, than it seems. */
  readonly isAtLeast?: true;
}

interface Minute {
  minute: number;
  done: number;
  failed: number;
  readonly wait: Durations;
  readonly run: Durations;
}

/** Counts one queue's ends by the minute, in a ring that never grows. */
export class QueueMinutes {
  private readonly minutes: Minute[] = Array.from({ length: MINUTES }, () => ({
    minute: -1,
    done: 0,
    failed: 0,
    wait: new Durations(),
    run: new Durations(),
  }));
  private readonly seconds = new Float64Array(RATE_SECONDS).fill(-1);
  private readonly perSecond = new Uint32Array(RATE_SECONDS);
  /** When the last of the forgotten ones could be run; until one that came later begins, some of them wait. */
  private forgottenUntil: number | undefined;

  /** A task has completed after so many milliseconds of its handler. */
  completed(at: number, milliseconds: number): void {
    const minute = this.at(at);
    minute.done += 1;
    minute.run.add(milliseconds);
    const second = Math.floor(at / 1_000);
    const place = second % RATE_SECONDS;
    if (this.seconds[place] !== second) {
      if ((this.seconds[place] ?? -1) > second) return; // older than what is remembered
      this.seconds[place] = second;
      this.perSecond[place] = 0;
    }
    this.perSecond[place] = (this.perSecond[place] ?? 0) + 1;
  }

  failed(at: number): void {
    this.at(at).failed += 1;
  }

  /** A run has begun after so many milliseconds in which it could have. */
  waited(at: number, milliseconds: number): void {
    this.at(at).wait.add(Math.max(0, milliseconds));
    if (this.forgottenUntil !== undefined && at - milliseconds > this.forgottenUntil) this.forgottenUntil = undefined;
  }

  /** A task that waits is not remembered any more; it could be run from then on. */
  forgot(readySince: number): void {
    this.forgottenUntil = Math.max(this.forgottenUntil ?? readySince, readySince);
  }

  rate(now: number): QueueRate {
    const last = Math.floor(now / MINUTE_MS);
    const recent = this.minutes.filter(({ minute }) => minute > last - RECENT_MINUTES && minute <= last);
    const second = Math.floor(now / 1_000);
    const done = this.perSecond.reduce((sum, count, place) => {
      const age = second - (this.seconds[place] ?? -1);
      return age >= 0 && age < RATE_SECONDS ? sum + count : sum;
    }, 0);
    const wait = quantilesOf(recent.map((minute) => minute.wait));
    const run = quantilesOf(recent.map((minute) => minute.run));
    return {
      donePerSecond: done / RATE_SECONDS,
      failed: recent.reduce((sum, { failed }) => sum + failed, 0),
      ...(wait === undefined ? {} : { wait }),
      ...(run === undefined ? {} : { run }),
      sparkline: Array.from({ length: MINUTES }, (_, index) => {
        const minute = last - MINUTES + 1 + index;
        return this.minutes.find((one) => one.minute === minute)?.done ?? 0;
      }),
      ...(this.forgottenUntil === undefined ? {} : { isAtLeast: true as const }),
    };
  }

  private at(time: number): Minute {
    const minute = Math.floor(time / MINUTE_MS);
    const kept = this.minutes[((minute % MINUTES) + MINUTES) % MINUTES] ?? NOWHERE;
    if (kept.minute === minute) return kept;
    if (kept.minute > minute) return NOWHERE; // older than what is remembered
    kept.minute = minute;
    kept.done = 0;
    kept.failed = 0;
    kept.wait.clear();
    kept.run.clear();
    return kept;
  }
}

/** What is too old to be remembered is counted where nobody looks. */
const NOWHERE: Minute = { minute: -1, done: 0, failed: 0, wait: new Durations(), run: new Durations() };

function quantilesOf(parts: readonly Durations[]): Quantiles | undefined {
  const all = new Durations();
  for (const part of parts) all.addAll(part);
  const p50 = all.quantile(0.5);
  const p95 = all.quantile(0.95);
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}
