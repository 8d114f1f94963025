import { dueAt, randomDelays } from './random-delays';

describe('random delays', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(randomDelays('a', 50, 100, 20_000)).toEqual(randomDelays('a', 50, 100, 20_000));
    expect(randomDelays('b', 50, 100, 20_000)).not.toEqual(randomDelays('a', 50, 100, 20_000));
  });

  it('reach from the smallest to the largest, and no further', () => {
    expect(new Set(randomDelays('a', 200, 3, 6))).toEqual(new Set([3, 4, 5, 6]));
  });
});

describe('the moment a task is due', () => {
  it.each([
    [100, 1_100],
    [101, 1_200],
    [1, 1_100],
    [20_000, 21_000],
  ])('is its delay of %d ms later, rounded up to 100 ms', (delay, due) => {
    expect(dueAt(1_000, delay)).toBe(due);
  });
});
