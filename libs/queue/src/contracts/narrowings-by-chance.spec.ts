import * as fc from 'fast-check';
import { z } from 'zod';
import { assertionsOf } from './assertions';
import type { JsonSchema } from './json-schema';
import { narrowingsOf } from './narrowings';

const schemaOf = (schema: z.ZodType): JsonSchema => assertionsOf(z.toJSONSchema(schema, { io: 'input' }));

const told = (before: z.ZodType, after: z.ZodType): string[] =>
  narrowingsOf(schemaOf(before), schemaOf(after)).map(({ path, message }) => `${path}: ${message}`);

/** Schemas by chance, each with values that it takes. */
interface Sampled {
  readonly schema: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

const numbers = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 4 }))
  .map(([from, size]): Sampled => {
    return {
      schema: z
        .int()
        .min(from)
        .max(from + size),
      values: fc.integer({ min: from, max: from + size }),
    };
  });
const texts = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })).map(([from, size]): Sampled => {
  return {
    schema: z
      .string()
      .min(from)
      .max(from + size),
    values: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: from, maxLength: from + size }),
  };
});
const enums = fc.subarray(['a', 'b', 'ab'], { minLength: 1 }).map((values): Sampled => {
  return { schema: z.enum(values as [string]), values: fc.constantFrom(...values) };
});
const scalars = fc.oneof(numbers, texts, enums, fc.constant<Sampled>({ schema: z.boolean(), values: fc.boolean() }));

const { sampled } = fc.letrec<{ sampled: Sampled; list: Sampled; object: Sampled; union: Sampled }>((tie) => ({
  sampled: fc.oneof({ maxDepth: 2 }, scalars, tie('object'), tie('list'), tie('union')),
  list: tie('sampled').map(({ schema, values }) => ({
    schema: z.array(schema),
    values: fc.array(values, { maxLength: 2 }),
  })),
  union: fc.tuple(tie('sampled'), tie('sampled')).map((both) => ({
    schema: z.union(both.map(({ schema }) => schema)),
    values: fc.oneof(...both.map(({ values }) => values)),
  })),
  object: fc
    .tuple(
      fc.dictionary(fc.constantFrom('x', 'y'), fc.tuple(tie('sampled'), fc.boolean()), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      fc.boolean(),
    )
    .map(([fields, isStrict]) => {
      const shape = Object.fromEntries(
        Object.entries(fields).map(([name, [{ schema }, isOptional]]) => [
          name,
          isOptional ? schema.optional() : schema,
        ]),
      );
      const required = Object.entries(fields).flatMap(([name, [, isOptional]]) => (isOptional ? [] : [name]));
      const values = Object.fromEntries(Object.entries(fields).map(([name, [field]]) => [name, field.values]));
      return {
        schema: isStrict ? z.strictObject(shape) : z.object(shape),
        values: fc.record(values, { requiredKeys: required }),
      };
    }),
}));

describe('two schemas of which one takes nothing away', () => {
  it('are the same one', () => {
    fc.assert(fc.property(sampled, ({ schema }) => told(schema, schema).length === 0));
    fc.assert(
      fc.property(sampled, ({ schema }) => {
        const copy = JSON.parse(JSON.stringify(schemaOf(schema))) as JsonSchema;
        expect(narrowingsOf({ ...copy, default: 1 }, copy)).toEqual([]); // not equal, and so compared
      }),
    );
  });

  it('are one and a union with it', () => {
    fc.assert(
      fc.property(sampled, sampled, ({ schema }, { schema: other }) => {
        expect(told(schema, z.union([other, schema]))).toEqual([]);
      }),
    );
  });

  it('are such that the second takes every value of the first', () => {
    const pairs = fc
      .tuple(sampled, sampled)
      .filter(([{ schema: one }, { schema: other }]) => told(one, other).length === 0);
    const samples = pairs.chain(([{ schema, values }, other]) =>
      fc.record({ schema: fc.constant(schema), other: fc.constant(other.schema), value: values }),
    );
    fc.assert(
      fc.property(samples, ({ schema, other, value }) => {
        expect(schema.safeParse(value).success).toBe(true);
        expect(other.safeParse(value).success).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
