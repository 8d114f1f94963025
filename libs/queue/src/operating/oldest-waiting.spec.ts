import { oldestWaiting } from './oldest-waiting';

const told = { oldest: 42_000, isAtLeast: true } as const;

describe('the age of the oldest task that waits', () => {
  it.each([
    ['where some are ready', { state: 'there', ready: 1 } as const, told],
    ['where the broker does not say', { state: 'denied', ready: undefined } as const, told],
    ['but not where none is ready', { state: 'there', ready: 0 } as const, {}],
    ['nor where there is no queue', { state: 'missing', ready: undefined } as const, {}],
  ])('is what was recorded %s', (_where, held, expected) => {
    expect(oldestWaiting(told, held)).toEqual(expected);
  });

  it('is not known where nothing was recorded that waits', () => {
    expect(oldestWaiting({ isAtLeast: true }, { state: 'there', ready: 3 })).toEqual({});
  });
});
