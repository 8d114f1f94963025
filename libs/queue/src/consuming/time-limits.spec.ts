import { AsyncLocalStorage } from 'node:async_hooks';
import { TaskTimeoutError } from '../errors';
import { TimeLimits } from './time-limits';
import type { LimitedRun } from './time-limits';

/** A run that notes what it is told, and ends when the test says so. */
class SteeredRun implements LimitedRun {
  readonly told: string[] = [];
  readonly begin = (): Promise<unknown> => this.end;
  resolve: (value: unknown) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  private readonly end = new Promise((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  timedOut(error: TaskTimeoutError): void {
    this.told.push(error.name);
  }

  overran(milliseconds: number): void {
    this.told.push(`overran ${milliseconds}`);
  }
}

describe('the time limits of runs', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A run within a limit, what it has been told, and its end as far as it has come. */
  const begin = (limits: TimeLimits, timeout: number): { run: SteeredRun; end: Promise<string> } => {
    const run = new SteeredRun();
    const ended = limits.within(timeout, run, run.begin);
    const end = ended.then(String, (error: Error) => error.name);
    return { run, end };
  };

  it('hands on what a run that keeps its limit returns or throws, and tells nothing', async () => {
    const limits = new TimeLimits();
    const done = begin(limits, 1_000);
    const failed = begin(limits, 1_000);

    done.run.resolve('result');
    failed.run.reject(new TypeError('broken'));

    expect(await Promise.all([done.end, failed.end])).toEqual(['result', 'TypeError']);
    jest.advanceTimersByTime(5_000);
    expect([done.run.told, failed.run.told]).toEqual([[], []]);
  });

  it('ends each run when its own time is over, whatever began before it or has another limit', async () => {
    const limits = new TimeLimits();
    const first = begin(limits, 1_000);
    jest.advanceTimersByTime(600);
    const second = begin(limits, 1_000);
    const quick = begin(limits, 100);

    jest.advanceTimersByTime(100);
    expect([first, second, quick].map(({ run }) => run.told)).toEqual([[], [], ['TaskTimeoutError']]);
    jest.advanceTimersByTime(300);
    expect([first, second].map(({ run }) => run.told)).toEqual([['TaskTimeoutError'], []]);
    jest.advanceTimersByTime(599);
    expect(second.run.told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(second.run.told).toEqual(['TaskTimeoutError']);
    expect(await Promise.all([first.end, second.end, quick.end])).toEqual(Array(3).fill('TaskTimeoutError'));
  });

  it('tells how long a run took that ended after its time', async () => {
    const { run, end } = begin(new TimeLimits(), 1_000);
    jest.advanceTimersByTime(1_000);
    await end;

    jest.advanceTimersByTime(500);
    run.resolve('too late');
    await Promise.resolve();

    expect(run.told).toEqual(['TaskTimeoutError', 'overran 1500']);
  });

  it('tells a run of it outside of every run, whichever set the timer', async () => {
    jest.useRealTimers();
    const runs = new AsyncLocalStorage<string>();
    const told: unknown[] = [];
    const run: LimitedRun = { timedOut: () => told.push(runs.getStore()), overran: () => undefined };
    const within = (): Promise<unknown> => new TimeLimits().within(1, run, () => new Promise(() => undefined));
    await expect(runs.run('the first', within)).rejects.toThrow(TaskTimeoutError);
    expect(told).toEqual([undefined]);
  });

  it('has one timer for all runs of a limit, and none that keeps a process alive', () => {
    const limits = new TimeLimits();
    const set = jest.spyOn(globalThis, 'setTimeout');

    const runs = Array.from({ length: 100 }, () => begin(limits, 1_000));

    expect(set).toHaveBeenCalledTimes(1);
    expect(set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
    for (const { run } of runs) run.resolve('done');
  });
});
