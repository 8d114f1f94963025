import { AsyncLocalStorage } from 'node:async_hooks';
import { TaskTimeoutError } from '../errors';
import { Line } from '../line';
import type { InLine } from '../line';

/** One run sets the timer of all: what another's signal calls must not pass for the first one's, in its trace and log lines. */
const outsideRuns = AsyncLocalStorage.snapshot();

/** What is told of a run that takes too long. */
export interface LimitedRun {
  /** Its time is over: the run counts as failed with this error from now on. */
  timedOut(error: TaskTimeoutError): void;
  /** It has ended after all, so many milliseconds after it began, and nobody waits for it any more. */
  overran(milliseconds: number): void;
}

/**
 * Lets runs take so many milliseconds at most. A promise cannot be ended from outside: a run that does not look at its
 * signal goes on, and is told of when it ends. There is one timer for all runs of one limit, which end in the order they
 * began: a timer for each would be set and cleared for nothing with nearly every task.
 */
export class TimeLimits {
  private readonly limits = new Map<number, TimeLimit>();

  /** The end of a run; rejects with a TaskTimeoutError when its time is over. */
  within(timeout: number, run: LimitedRun, begin: () => Promise<unknown>): Promise<unknown> {
    let limit = this.limits.get(timeout);
    if (limit === undefined) this.limits.set(timeout, (limit = new TimeLimit(timeout)));
    return limit.keep(run, begin);
  }
}

/** What runs within one limit, in the order it began. */
class TimeLimit {
  private readonly running = new Line<RunningTime>();
  private timer: NodeJS.Timeout | undefined;
  private readonly endOverdue = (): void => {
    this.timer = undefined;
    const begunBy = performance.now() - this.timeout;
    let oldest = this.running.first;
    while (oldest !== undefined && oldest.since <= begunBy) {
      this.running.delete(oldest);
      oldest.end(new TaskTimeoutError(this.timeout));
      oldest = this.running.first;
    }
    if (oldest !== undefined) this.wait(Math.ceil(oldest.since - begunBy));
  };

  constructor(private readonly timeout: number) {}

  keep(run: LimitedRun, begin: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const time = new RunningTime(run, reject);
      this.running.add(time);
      if (this.timer === undefined) this.wait(this.timeout);
      begin().then(
        (value) => {
          this.ended(time);
          resolve(value);
        },
        (error: unknown) => {
          this.ended(time);
          reject(error);
        },
      );
    });
  }

  private ended(time: RunningTime): void {
    if (!this.running.delete(time)) time.overran();
  }

  /** The connection keeps the process alive while a task runs; the timer stays behind when none does. */
  private wait(milliseconds: number): void {
    this.timer = outsideRuns(() => setTimeout(this.endOverdue, milliseconds).unref());
  }
}

/** How long one run has taken. */
class RunningTime implements InLine<RunningTime> {
  line: Line<RunningTime> | undefined;
  before: RunningTime | undefined;
  behind: RunningTime | undefined;
  readonly since = performance.now();

  constructor(
    private readonly run: LimitedRun,
    private readonly reject: (error: TaskTimeoutError) => void,
  ) {}

  end(error: TaskTimeoutError): void {
    this.reject(error);
    this.run.timedOut(error);
  }

  overran(): void {
    this.run.overran(Math.round(performance.now() - this.since));
  }
}
