import { defineTask } from '@app/queue';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { MASK, masked, secretFieldsOf } from './secret-fields';

const secret = (): z.ZodString => z.string().meta({ secret: true });

/** A schema of another library, which says that it looks so. */
function foreign(schema: Record<string, unknown>): StandardSchemaV1 {
  const jsonSchema = { input: () => schema, output: () => schema };
  const standard = { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }), jsonSchema } as const;
  return { '~standard': standard };
}

function shown(schema: StandardSchemaV1, payload: unknown): { value: unknown; count: number } {
  const fields = secretFieldsOf(defineTask({ name: 'test', payload: schema }));
  if (fields === undefined) throw new Error('the schema does not tell');
  return masked(payload, fields);
}

describe('what a schema marks as secret', () => {
  it('is masked wherever it is nested, and the rest is shown', () => {
    const schema = z.object({
      user: z.string(),
      login: z.object({ password: secret(), tokens: z.array(z.object({ token: secret(), scope: z.string() })) }),
    });
    const payload = { user: 'ada', login: { password: 'p', tokens: [{ token: 't', scope: 's' }] } };
    expect(shown(schema, payload)).toEqual({
      value: { user: 'ada', login: { password: MASK, tokens: [{ token: MASK, scope: 's' }] } },
      count: 2,
    });
  });

  it('is masked in a payload that does not match: at another place, in another case, of another type', () => {
    const payload = { PASSWORD: 'p', deep: { password: { a: 1 } }, list: [{ password: 5 }] };
    expect(shown(z.object({ password: secret() }), payload)).toEqual({
      value: { PASSWORD: MASK, deep: { password: MASK }, list: [{ password: MASK }] },
      count: 3,
    });
  });

  it.each([
    ['optional', secret().optional()],
    ['with a default', secret().default('x')],
    ['nullable', secret().nullable()],
    ['one of several', z.union([z.number(), secret()])],
    ['transformed', secret().transform(Number)],
    ['an item', z.array(secret())],
    ['of a tuple', z.tuple([z.string(), secret()])],
    ['a value of a record', z.record(z.string(), secret())],
    ['a whole object', z.object({ a: z.string() }).meta({ secret: true })],
    ['lazy', z.lazy(() => secret())],
  ])('is masked when it is %s', (_what, schema) => {
    expect(shown(z.object({ field: schema, other: z.string() }), { field: 'f', other: 'o' })).toEqual({
      value: { field: MASK, other: 'o' },
      count: 1,
    });
  });

  it('is masked in every branch of a union, and behind a reference', () => {
    const card = z.object({ kind: z.literal('card'), number: secret() }).meta({ id: 'Card' });
    const cash = z.object({ kind: z.literal('cash'), note: z.string() });
    const schema = z.object({ first: z.discriminatedUnion('kind', [card, cash]), second: card });
    const payload = { first: { kind: 'card', number: '4' }, second: { kind: 'card', number: '5' } };
    expect(shown(schema, payload)).toMatchObject({
      value: { first: { number: MASK }, second: { number: MASK } },
      count: 2,
    });
  });

  it('is found in a schema that holds itself', () => {
    const node: z.ZodType = z.object({
      pin: secret(),
      get next() {
        return node.optional();
      },
    });
    expect(shown(node, { pin: '1', next: { pin: '2' } })).toEqual({
      value: { pin: MASK, next: { pin: MASK } },
      count: 2,
    });
  });

  const hidden = { secret: true, type: 'string' };
  it.each([
    ['patternProperties', { patternProperties: { '^x-': hidden } }],
    ['additionalProperties', { additionalProperties: hidden }],
    ['unevaluatedProperties', { unevaluatedProperties: hidden }],
    ['propertyNames', { propertyNames: hidden }],
    ['dependentSchemas', { dependentSchemas: { enum: hidden } }],
    ['prefixItems', { prefixItems: [{}, hidden] }],
    ['items', { items: hidden }],
    ['contains', { contains: hidden }],
    ['allOf', { allOf: [{}, hidden] }],
    ['anyOf', { anyOf: [{}, { oneOf: [hidden] }] }],
    ['else', { if: {}, else: hidden }],
    ['a reference', { $ref: '#/$defs/pin' }],
    ['a reference into a list', { $ref: '#/$defs/list/anyOf/1' }],
    ['an anchor', { $ref: '#pin' }],
    ['another document', { $ref: 'https://schemas.example.com/pin.json' }],
    ['a broken reference', { $ref: '#/$defs/%' }],
    ['a dynamic reference', { $dynamicRef: '#pin' }],
  ])('hides the field around it under %s', (_what, schema) => {
    const $defs = { pin: { $anchor: 'pin', ...hidden }, list: { anyOf: [{}, hidden] } };
    const whole = foreign({ type: 'object', properties: { field: schema, other: { type: 'string' } }, $defs });
    const payload = { field: { 'x-key': 'f' }, other: 'o' };
    expect(shown(whole, payload)).toEqual({ value: { field: MASK, other: 'o' }, count: 1 });
    expect(shown(foreign({ ...schema, $defs }), { 'x-key': 'f' })).toEqual({ value: MASK, count: 1 });
  });

  it('is a named field also within a pattern of names, a branch and what points at itself', () => {
    const node = { properties: { pin: hidden, next: { $ref: '#' } } };
    for (const schema of [{ patternProperties: { '^x-': node } }, { allOf: [node] }, node]) {
      const payload = { 'x-1': { pin: '1', a: 'a' }, pin: '2', next: { pin: '3' } };
      const value = { 'x-1': { pin: MASK, a: 'a' }, pin: MASK, next: { pin: MASK } };
      expect(shown(foreign(schema), payload)).toEqual({ value, count: 3 });
    }
  });

  it('may be the payload itself', () => {
    expect(shown(secret(), 'all of it')).toEqual({ value: MASK, count: 1 });
  });

  it('is masked in a text that is JSON and holds it, however often it was written as JSON', () => {
    const inner = JSON.stringify({ card: '4242' });
    const texts = [inner, ` [${inner}]`, JSON.stringify(inner), JSON.stringify({ deep: [JSON.stringify(inner)] })];
    for (const note of texts) {
      const payload = { note, other: '{"a":1}', broken: '{"card":' };
      const value = { note: MASK, other: '{"a":1}', broken: '{"card":' };
      expect(shown(z.object({ card: secret().optional(), note: z.string() }), payload)).toEqual({ value, count: 1 });
    }
  });

  it('is nothing in a schema without it', () => {
    expect(shown(z.object({ a: z.string() }), { a: 'x', password: 'y' })).toEqual({
      value: { a: 'x', password: 'y' },
      count: 0,
    });
  });

  it('cannot be told by a schema that does not say what it looks like', () => {
    const silent = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const;
    expect(secretFieldsOf(defineTask({ name: 'test', payload: silent }))).toBeUndefined();
  });
});
