import { latenciesOf } from './latencies';

describe('the distribution of latencies', () => {
  it('is by nearest rank, whatever their order', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) => 1_000 - index);
    expect(latenciesOf(thousand)).toEqual({ min: 1, p50: 500, p99: 990, p999: 999, max: 1_000 });
  });

  it('shows by its smallest that something was early', () => {
    expect(latenciesOf([3, -2, 5])).toEqual({ min: -2, p50: 3, p99: 5, p999: 5, max: 5 });
  });
});
