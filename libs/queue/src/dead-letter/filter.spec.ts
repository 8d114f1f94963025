import * as fc from 'fast-check';
import { InvalidFilterError } from '../errors';
import type { DeadLetter } from './dead-letter';
import { checkFilter, isMeant } from './filter';

const deadLetter: DeadLetter = {
  id: 'task',
  deadLetterId: 'dead',
  queue: 'work',
  originalQueue: 'work',
  reason: 'timed-out',
  name: 'resize',
  attempt: 1,
  error: undefined,
  time: 1_000,
  firstFailureTime: undefined,
  lastFailureTime: undefined,
  worker: undefined,
  timesRedriven: 0,
  bytes: 0,
};

/** Pairs of a filter's property that means the dead letter above, and one that does not. */
const properties = {
  reason: ['timed-out', 'expired'],
  name: [['resize', 'other'], ['other']],
  since: [1_000, 1_001],
  id: ['dead', 'work'],
} as const;

describe('a filter', () => {
  it('means what matches every property of it', () => {
    const choice = fc.record(
      { reason: fc.boolean(), name: fc.boolean(), since: fc.boolean(), id: fc.boolean() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(choice, (matching) => {
        const filter = Object.fromEntries(
          Object.entries(matching).map(([name, matches]) => [
            name,
            properties[name as keyof typeof properties][matches ? 0 : 1],
          ]),
        );
        expect(isMeant(filter, deadLetter)).toBe(Object.values(matching).every(Boolean));
      }),
    );
  });

  it('never means what does not tell, nor anything by an empty list', () => {
    const silent: DeadLetter = { ...deadLetter, name: undefined, time: undefined, deadLetterId: undefined };
    expect(
      [{ name: 'undefined' }, { since: 0 }, { id: 'dead' }, { reason: [] }].map((f) => isMeant(f, silent)),
    ).toEqual([false, false, false, false]);
    expect(isMeant({}, silent)).toBe(true);
  });

  it('means what a function of the caller’s says, of what matches the rest', () => {
    const asked: DeadLetter[] = [];
    const where = (one: DeadLetter): boolean => asked.push(one) > 1;
    expect(isMeant({ where, name: 'other' }, deadLetter)).toBe(false);
    expect(asked).toEqual([]);
    expect([isMeant({ where, name: 'resize' }, deadLetter), isMeant({ where }, deadLetter)]).toEqual([false, true]);
    expect(asked).toEqual([deadLetter, deadLetter]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('cannot have the limit %p', (limit) => {
    expect(() => checkFilter({ limit })).toThrow(InvalidFilterError);
  });

  it('names everything that is wrong with it', () => {
    expect(() => checkFilter({ limit: 0, since: NaN })).toThrow(
      'The filter is not valid: since: must be milliseconds since 1970, not NaN; limit: must be a whole number from 1, not 0.',
    );
    expect(() => checkFilter({ limit: 1, since: 0 })).not.toThrow();
  });
});
