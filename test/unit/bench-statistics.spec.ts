import { runModule } from '../support/run-module';

/** What a function of `bench/lib/statistics.mjs` makes of these arguments. */
const call = (name: string, ...args: unknown[]): Promise<unknown> =>
  runModule('../../bench/lib/statistics.mjs', `(module, args) => module.${name}(...args)`, args);

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('a percentile', () => {
  it('is the smallest value that so many do not exceed, whatever their order', async () => {
    const shares = [0.01, 0.07, 0.5, 0.95, 0.99, 1];
    expect(await Promise.all(shares.map((share) => call('percentile', hundred, share)))).toEqual([
      1, 7, 50, 95, 99, 100,
    ]);
  });

  it('of one value is that value', async () => {
    expect(await call('lateness', [7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 });
  });
});

describe('a median', () => {
  it.each([
    [[3, 1, 10], 3],
    [[10, 1, 4, 2], 3],
    [[5], 5],
  ])('of %j is %d', async (values, middle) => {
    expect(await call('median', values)).toBe(middle);
  });
});
