import { z } from 'zod';
import { assertionsOf } from './assertions';
import type { JsonSchema } from './json-schema';
import { narrowingsOf } from './narrowings';

const schemaOf = (schema: z.ZodType): JsonSchema => assertionsOf(z.toJSONSchema(schema, { io: 'input' }));

const told = (before: z.ZodType, after: z.ZodType): string[] =>
  narrowingsOf(schemaOf(before), schemaOf(after)).map(({ path, message }) => `${path}: ${message}`);

const base = { source: z.string(), width: z.int().min(1).max(8_000), color: z.string().optional() };

describe('what an object takes no longer', () => {
  it.each<[string, z.ZodType, string[]]>([
    [
      'a new field that is required',
      z.strictObject({ ...base, height: z.int() }),
      ['payload.height: is new, and required'],
    ],
    [
      'a field that is required now',
      z.strictObject({ ...base, color: z.string() }),
      ['payload.color: was optional, and is required'],
    ],
    [
      'a field that is gone',
      z.strictObject({ source: base.source, width: base.width }),
      ['payload.color: was taken, and is not any more'],
    ],
    [
      'another type',
      z.strictObject({ ...base, source: z.url() }),
      ['payload.source: has to be a text of the format uri'],
    ],
    [
      'a smaller range',
      z.strictObject({ ...base, width: z.int().min(10).max(4_000) }),
      [
        'payload.width: took numbers from 1, and takes numbers from 10',
        'payload.width: took numbers up to 8000, and takes numbers up to 4000',
      ],
    ],
    [
      'shorter texts',
      z.strictObject({ ...base, source: z.string().min(1).max(5) }),
      [
        'payload.source: took 0 characters and more, and takes 1 at least',
        'payload.source: took any number of characters, and takes up to 5',
      ],
    ],
    ['a pattern', z.strictObject({ ...base, source: z.string().regex(/^a/) }), ['payload.source: has to match ^a']],
    [
      'several',
      z.strictObject({ source: z.string(), width: z.string() }),
      ['payload.width: took whole numbers, and takes texts', 'payload.color: was taken, and is not any more'],
    ],
  ])('%s', (_what, after, lines) => {
    expect(told(z.strictObject(base), after)).toEqual(lines);
  });

  it('further fields, where it has become strict', () => {
    expect(told(z.object(base), z.strictObject(base))).toEqual([
      'payload: took fields of other names, and does not any more',
    ]);
  });

  it.each<[string, z.ZodType]>([
    ['the same', z.strictObject(base)],
    ['a new field that is optional', z.strictObject({ ...base, height: z.int().optional() })],
    ['a new field with a default', z.strictObject({ ...base, height: z.int().default(5) })],
    ['a field that is optional now', z.strictObject({ ...base, source: z.string().optional() })],
    ['a wider range', z.strictObject({ ...base, width: z.int().min(0).max(9_000) })],
    ['a wider type', z.strictObject({ ...base, width: z.number() })],
    ['an alternative', z.strictObject({ ...base, width: z.union([z.string(), z.int()]) })],
    ['null as well', z.strictObject({ ...base, color: z.string().nullish() })],
    ['fields of any name', z.looseObject(base)],
    ['anything', z.unknown()],
  ])('nothing for %s', (_what, after) => {
    expect(told(z.strictObject(base), after)).toEqual([]);
  });
});

describe('what a schema takes no longer', () => {
  const cat = z.strictObject({ kind: z.literal('cat'), lives: z.int() });
  const dog = z.strictObject({ kind: z.literal('dog'), tricks: z.array(z.string()) });

  it.each<[string, z.ZodType, z.ZodType, string[]]>([
    [
      'a value of an enum',
      z.enum(['a', 'b', 'c']),
      z.enum(['a', 'c', 'd']),
      ['payload: took "b", and does not any more'],
    ],
    ['all but some values', z.string(), z.enum(['a', 'b']), ['payload: took more, and takes only "a", "b"']],
    ['values that do not match', z.enum(['a', 'bb']), z.string().max(1), ['payload: took "bb", and does not any more']],
    ['fractions', z.number(), z.int(), ['payload: took numbers, and takes whole numbers']],
    ['null', z.string().nullable(), z.string(), ['payload: took null, and does not any more']],
    [
      'a kind of a union',
      z.union([cat, dog]),
      cat,
      [
        'payload.kind: took "dog", and does not any more',
        'payload.lives: is new, and required',
        'payload.tricks: was taken, and is not any more',
      ],
    ],
    [
      'what is inside of a union',
      z.union([cat, dog]),
      z.union([cat.extend({ lives: z.int().max(9) }), dog]),
      ['payload.lives: took numbers up to 9007199254740991, and takes numbers up to 9'],
    ],
    [
      'items of a list',
      z.array(z.union([z.string(), z.int()])),
      z.array(z.string()),
      ['payload[]: took whole numbers, and takes texts'],
    ],
    [
      'longer lists',
      z.array(z.string()),
      z.array(z.string()).max(3),
      ['payload: took any number of items, and takes up to 3'],
    ],
    [
      'a place of a tuple',
      z.tuple([z.string(), z.int()]),
      z.tuple([z.string(), z.string()]),
      ['payload[1]: took whole numbers, and takes texts'],
    ],
    [
      'values of a record',
      z.record(z.string(), z.int()),
      z.record(z.string(), z.int().min(5)),
      ['payload.*: took numbers from -9007199254740991, and takes numbers from 5'],
    ],
    [
      'names in a record',
      z.record(z.string(), z.int()),
      z.record(z.string().max(3), z.int()),
      ['payload (names of fields): took any number of characters, and takes up to 3'],
    ],
    ['anything', z.unknown(), z.string(), ['payload: took anything, and takes texts']],
    [
      'what is open at its end',
      z.number().gte(0),
      z.number().gt(0),
      ['payload: took numbers from 0, and takes numbers above 0'],
    ],
    ['steps between', z.int(), z.int().multipleOf(5), ['payload: has to be a multiple of 5']],
  ])('%s', (_what, before, after, lines) => {
    expect(told(before, after)).toEqual(lines);
  });

  it.each<[string, z.ZodType, z.ZodType]>([
    ['a longer enum', z.enum(['a', 'b']), z.enum(['a', 'b', 'c'])],
    ['texts for an enum', z.enum(['a', 'b']), z.string().min(1)],
    ['a union in another order', z.union([cat, dog]), z.union([dog, cat])],
    ['values that are listed one by one', z.enum(['a', 'b']), z.union([z.literal('b'), z.literal('a')])],
    ['both booleans', z.boolean(), z.union([z.literal(true), z.literal(false)])],
    ['open ends of whole numbers', z.int().min(1), z.int().gt(0)],
    ['finer steps', z.int().multipleOf(10), z.int().multipleOf(5)],
    ['an object for a record', z.strictObject({ a: z.int() }), z.record(z.string(), z.int())],
    [
      'both of an intersection',
      z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })),
      z.object({ a: z.int(), b: z.int() }),
    ],
    ['what never was', z.never(), z.string()],
  ])('nothing for %s', (_what, before, after) => {
    expect(told(before, after)).toEqual([]);
  });

  it('where a schema is within itself', () => {
    const treeOf = (name: z.ZodType): z.ZodType => {
      const tree: z.ZodType = z.strictObject({
        name,
        get children() {
          return z.array(tree);
        },
      });
      return tree;
    };
    expect(told(treeOf(z.string()), treeOf(z.string().optional()))).toEqual([]);
    expect(told(treeOf(z.string()), treeOf(z.string().max(5)))).toEqual([
      'payload.name: took any number of characters, and takes up to 5',
      'payload.children[].name: took any number of characters, and takes up to 5',
    ]);
  });

  it('is told of what cannot be looked into only when it has changed', () => {
    const not = (value: string): JsonSchema => ({ type: 'string', not: { const: value } });
    expect(narrowingsOf(not('a'), { ...not('a'), maxLength: 5 })).toEqual([
      { path: 'payload', message: 'took any number of characters, and takes up to 5' },
    ]);
    expect(narrowingsOf(not('a'), not('b'))).toEqual([
      { path: 'payload', message: 'has another "not", which is not compared' },
    ]);
    expect(narrowingsOf({ type: 'string' }, { $ref: '#/$defs/Gone' })).toEqual([
      { path: 'payload', message: 'cannot be compared: #/$defs/Gone is not in the schema' },
    ]);
  });
});
