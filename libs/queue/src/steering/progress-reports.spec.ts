import { ProgressReports, progressOf } from './progress-reports';

describe('a report', () => {
  it.each([0, 0.4, 1])('may be %s', (fraction) => {
    expect(progressOf(fraction, 'decoded')).toEqual({ fraction, note: 'decoded' });
  });

  it.each([40, -0.1, 1.01, Number.NaN, Infinity, '0.4', 1n, null, undefined, {}])('is none of %p', (fraction) => {
    expect(progressOf(fraction, undefined)).toBeUndefined();
  });

  it('may miss its bounds by what adding up misses them', () => {
    const tenths = Array.from({ length: 10 }, () => 0.1).reduce((sum, tenth) => sum + tenth, 0);
    expect(progressOf(tenths + 1e-9, undefined)?.fraction).toBe(1);
    expect(progressOf(-1e-9, undefined)?.fraction).toBe(0);
  });

  it('has a note of 200 characters at most', () => {
    expect(progressOf(0, 'n'.repeat(1_000))?.note).toHaveLength(200);
    expect(progressOf(0, 5)?.note).toBeUndefined();
  });
});

describe('reports of runs', () => {
  const runs = { a: {}, b: {} };
  let told: [string, number][];
  let dropped: [string, unknown][];
  let reports: ProgressReports<object>;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    told = [];
    dropped = [];
    const nameOf = (run: object): string => (run === runs.a ? 'a' : 'b');
    reports = new ProgressReports(
      (run, { fraction }) => told.push([nameOf(run), fraction]),
      (run, fraction) => dropped.push([nameOf(run), fraction]),
    );
  });
  afterEach(() => jest.useRealTimers());

  const report = (run: keyof typeof runs, fraction: number): void => reports.report(runs[run], fraction, undefined);

  it('are passed on: the first at once, and then the latest, four times a second at most', () => {
    for (let step = 0; step <= 100; step += 1) {
      report('a', step / 100);
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(1_000);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThanOrEqual(6);
    expect(told[0]).toEqual(['a', 0]);
    expect(told.at(-1)).toEqual(['a', 1]);
  });

  it('that are none are dropped, and said once a run; what is one is passed on all the same', () => {
    report('a', Number.NaN);
    report('a', 40);
    report('b', 40);
    reports.report({}, Object.create(null), Symbol('s'));
    report('a', 0.4);
    expect(dropped).toEqual([
      ['a', Number.NaN],
      ['b', 40],
      ['b', Number.NaN],
    ]);
    expect(told).toEqual([['a', 0.4]]);
  });

  it('are kept apart, with one timer for all, and none when nothing waits', () => {
    report('a', 0.1);
    report('b', 0.2);
    expect(jest.getTimerCount()).toBe(0);
    report('a', 0.3);
    report('b', 0.4);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(600);
    expect(told).toEqual([
      ['a', 0.1],
      ['b', 0.2],
      ['a', 0.3],
      ['b', 0.4],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('end with the run: the last is said before its failure, and nothing after its end', () => {
    report('a', 0.1);
    report('a', 0.2);
    reports.flush(runs.a);
    expect(told).toEqual([
      ['a', 0.1],
      ['a', 0.2],
    ]);
    report('a', 0.3);
    reports.forget(runs.a);
    reports.flush(runs.a);
    jest.advanceTimersByTime(1_000);
    expect(told).toHaveLength(2);
  });
});
