import * as fc from 'fast-check';
import { hasWildcard, matchesTopic } from './topic-pattern';

describe('a topic pattern', () => {
  it.each([
    ['order.placed', 'order.placed'],
    ['order.*', 'order.placed'],
    ['*.placed', 'order.placed'],
    ['*', 'order'],
    ['*', ''],
    ['#', ''],
    ['#', 'order.placed.eu'],
    ['order.#', 'order'],
    ['order.#', 'order.placed.eu'],
    ['#.end', 'end'],
    ['#.end', 'a.b.end'],
    ['a.#.z', 'a.z'],
    ['a.#.z', 'a.b.c.z'],
    ['#.#', 'a'],
    ['*.#.*', 'a.b'],
    ['order.', 'order.'],
  ])('%s matches "%s"', (pattern, key) => {
    expect(matchesTopic(pattern, key)).toBe(true);
  });

  it.each([
    ['order.placed', 'order.paid'],
    ['order.*', 'order'],
    ['order.*', 'order.placed.eu'],
    ['*.placed', 'placed'],
    ['*', 'a.b'],
    ['a.#.z', 'a.b'],
    ['a.#.z', 'z'],
    ['*.#.*', 'a'],
    ['order*', 'orders'],
    ['order', 'order.'],
  ])('%s does not match "%s"', (pattern, key) => {
    expect(matchesTopic(pattern, key)).toBe(false);
  });

  it('means for any words what its regular expression means', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const words = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, fc.array(word, { minLength: 1, maxLength: 6 }), (pattern, key) => {
        const wildcards: Readonly<Record<string, string>> = { '*': '[^.]+\\.', '#': '(?:[^.]+\\.)*' };
        const parts = pattern.map((part) => wildcards[part] ?? `${part}\\.`);
        const expected = new RegExp(`^${parts.join('')}$`).test(`${key.join('.')}.`);
        expect(matchesTopic(pattern.join('.'), key.join('.'))).toBe(expected);
      }),
    );
  });

  it.each([
    ['order.*', true],
    ['#', true],
    ['a.#.b', true],
    ['order', false],
    ['order*.#1', false],
  ])('%s has a wildcard: %s', (pattern, expected) => {
    expect(hasWildcard(pattern)).toBe(expected);
  });
});
