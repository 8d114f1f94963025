import * as fc from 'fast-check';
import { DefinitionError } from '../errors';
import { decorrelatedJitter, exponential, fixed } from './backoff';
import type { Backoff } from './backoff';

const random = () => 0.5;

/** The waits after the first so many failures. */
function waits(backoff: Backoff, count: number, chance: () => number = random): number[] {
  const result: number[] = [];
  for (let failed = 1; failed <= count; failed += 1) {
    result.push(backoff.delay({ failed, previous: result.at(-1), random: chance }));
  }
  return result;
}

const range = fc
  .tuple(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }))
  .map(([a, b]) => ({ initial: Math.min(a, b), max: Math.max(a, b) }));

describe('a fixed backoff', () => {
  it('waits the same each time', () => {
    expect(waits(fixed(250), 3)).toEqual([250, 250, 250]);
  });
});

describe('an exponential backoff', () => {
  it('doubles up to its maximum', () => {
    expect(waits(exponential({ initial: 1_000, max: 5_000 }), 5)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('grows by its factor', () => {
    expect(waits(exponential({ initial: 100, max: 1_000_000, factor: 10 }), 4)).toEqual([100, 1_000, 10_000, 100_000]);
  });

  it('stays at its maximum after very many failures', () => {
    expect(exponential({ initial: 1, max: 60_000 }).delay({ failed: 1e6, previous: undefined, random })).toBe(60_000);
  });

  it('stays within its bounds and never shrinks', () => {
    fc.assert(
      fc.property(range, fc.double({ min: 1, max: 100, noNaN: true }), ({ initial, max }, factor) => {
        const all = waits(exponential({ initial, max, factor }), 12);
        expect(all).toEqual([...all].sort((a, b) => a - b));
        expect(Math.min(...all)).toBeGreaterThanOrEqual(initial);
        expect(Math.max(...all)).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('decorrelated jitter', () => {
  it('lies between the shortest wait and three times the wait before', () => {
    fc.assert(
      fc.property(
        range,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (bounds, chances) => {
          const all = waits(decorrelatedJitter(bounds), 12, () => chances.pop() ?? 0);
          all.forEach((wait, index) => {
            expect(wait).toBeGreaterThanOrEqual(bounds.initial);
            expect(wait).toBeLessThanOrEqual(
              Math.min(bounds.max, Math.max(bounds.initial, 3 * (all[index - 1] ?? bounds.initial))),
            );
          });
        },
      ),
    );
  });

  it('spreads tasks that failed together', () => {
    const backoff = decorrelatedJitter({ initial: 100, max: 10_000 });
    expect(backoff.delay({ failed: 2, previous: 1_000, random: () => 0 })).toBe(100);
    expect(backoff.delay({ failed: 2, previous: 1_000, random: () => 0.5 })).toBe(1_550);
    expect(backoff.delay({ failed: 1, previous: undefined, random: () => 0.5 })).toBe(200);
  });
});

describe('a backoff that cannot be', () => {
  it.each<[() => Backoff, string]>([
    [() => fixed(-1), 'fixed: milliseconds must be'],
    [() => fixed(Number.NaN), 'fixed: milliseconds must be'],
    [() => fixed(3e10), '(310 days), not 30000000000'],
    [() => exponential({ initial: -1, max: 1 }), 'exponential: initial must be'],
    [() => exponential({ initial: 1, max: Infinity }), 'exponential: max must be'],
    [() => exponential({ initial: 2, max: 1 }), 'exponential: max (1) must not be less than initial (2)'],
    [() => exponential({ initial: 1, max: 2, factor: 0.5 }), 'exponential: factor must be a number from 1, not 0.5'],
    [() => decorrelatedJitter({ initial: 2, max: 1 }), 'decorrelatedJitter: max (1) must not be less than initial (2)'],
  ])('is refused with the option’s name (%#)', (define, message) => {
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(message);
  });
});
