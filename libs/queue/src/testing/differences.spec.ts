import { differences } from './differences';

describe('what is different', () => {
  it.each<[string, unknown, unknown]>([
    ['the same', { a: 1 }, { a: 1 }],
    ['more than was asked for', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }],
    ['lists of the same', [1, { a: 1 }], [1, { a: 1, b: 2 }]],
    ['a field that is not there, where nothing is asked for', { a: undefined }, {}],
    ['a date, as it travels', { at: new Date(5_000) }, { at: '1970-01-01T00:00:05.000Z' }],
    [
      'what a matcher takes',
      { a: expect.any(String), b: expect.objectContaining({ c: 1 }) },
      { a: 'x', b: { c: 1, d: 2 } },
    ],
    ['not a number', NaN, NaN],
  ])('is not there between %s', (_what, expected, actual) => {
    expect(differences(expected, actual)).toEqual([]);
  });

  it.each<[string, unknown, unknown, string[]]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b is 2, expected 1']],
    ['a field that is missing', { a: 1 }, {}, ['a is undefined, expected 1']],
    ['a value where an object was expected', { a: { b: 1 } }, { a: 'x' }, ["a is 'x', expected { b: 1 }"]],
    ['a list of another length', { a: [1] }, { a: [1, 2] }, ['a is [ 1, 2 ], expected [ 1 ]']],
    ['an entry of a list', [{ a: 1 }], [{ a: 2 }], ['[0].a is 2, expected 1']],
    ['several', { a: 1, b: 2 }, { a: 2, b: 3 }, ['a is 2, expected 1', 'b is 3, expected 2']],
    ['what no matcher takes', { a: expect.any(String) }, { a: 1 }, ['a is 1, expected Any<String>']],
    ['the whole', 'x', 'y', ["it is 'y', expected 'x'"]],
  ])('is %s', (_what, expected, actual, problems) => {
    expect(differences(expected, actual)).toEqual(problems);
  });
});
