import * as fc from 'fast-check';
import { hasInexactInteger } from './json-body';

describe('a whole number that JavaScript would change', () => {
  it.each([
    ['the first one', '9007199254740993'],
    ['the first one below zero', '-9007199254740993'],
    ['one that has no end here', '1'.repeat(400)],
    ['one in the depth', '[{"a":[1,{"b":12345678901234567890}]}]'],
    ['one behind a text with quotes and backslashes', String.raw`["\"\\",10000000000000001]`],
    ['one behind a text that ends with a backslash', String.raw`{"\\":10000000000000001}`],
  ])('is seen: %s', (_what, json) => {
    expect(hasInexactInteger(json)).toBe(true);
  });

  it.each([
    ['the last exact one', '[9007199254740991,-9007199254740991]'],
    ['one that is exact all the same', '[9007199254740992,1180591620717411303424]'],
    ['digits in a text', '{"10000000000000001":"10000000000000001"}'],
    ['digits behind an escaped quote', String.raw`["\"10000000000000001"]`],
    ['a number with a point', '[0.1234567890123456789,12345678901234567.5]'],
    ['a number with an exponent', '[1e400,12345678901234567e3]'],
    ['no number', '["",null,true,{}]'],
  ])('is none: %s', (_what, json) => {
    expect(hasInexactInteger(json)).toBe(false);
  });

  it('is never seen in what JavaScript wrote itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.double({ min: 2 ** 53, max: 1e21 }), fc.string(), (value, large, text) => {
        expect(hasInexactInteger(JSON.stringify([value, { [text]: Math.floor(large) }, -large]))).toBe(false);
      }),
    );
  });

  it('is seen wherever it stands', () => {
    const isHeld = (number: bigint) => BigInt(Number(number)) === number || String(Number(number)) === String(number);
    const big = fc.bigInt({ min: 2n ** 53n, max: 2n ** 100n }).filter((number) => !isHeld(number));
    fc.assert(
      fc.property(fc.string(), big, fc.string(), (before, number, after) => {
        expect(hasInexactInteger(`{${JSON.stringify(before)}:[${number},${JSON.stringify(after)}]}`)).toBe(true);
      }),
    );
  });
});
