import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, pointedAt } from './json-schema';
import type { JsonSchema } from './json-schema';

/** A schema, and the document in which its references point. `true` takes anything, `false` nothing. */
export interface Rule {
  readonly schema: unknown;
  readonly root: JsonSchema;
}

/** One of the rules that all hold where a schema holds: without references and without `allOf`. */
export interface Part {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

/** References that are followed one after the other. More lead in a circle. */
const MAX_STEPS = 50;

/** Stands for what a reference points at that cannot be found: it is itself alone. */
const LOST = '$lost';

/** What values are, of JSON: a number is whole, or has a fraction. */
export type Kind = 'null' | 'boolean' | 'object' | 'array' | 'string' | 'whole' | 'fraction';

const KINDS: readonly Kind[] = ['null', 'boolean', 'object', 'array', 'string', 'whole', 'fraction'];

/**
 * The parts of rules that all hold.
 * @returns `undefined` when nothing can be what they want
 */
export function partsOf(rules: readonly Rule[]): Part[] | undefined {
  const parts: Part[] = [];
  for (const rule of rules) {
    const own = partsOfRule(rule);
    if (own === undefined) return undefined;
    parts.push(...own);
  }
  return parts;
}

function partsOfRule({ schema, root }: Rule, steps = 0): Part[] | undefined {
  if (schema === false) return undefined;
  if (!isJsonObject(schema)) return [];
  const { $ref: pointer, allOf, $defs: _defs, ...own } = schema;
  if (isAnything(own['not'])) return undefined;
  const parts: Part[] = Object.keys(own).length === 0 ? [] : [{ schema: own, root }];
  const others = Array.isArray(allOf) ? allOf.map((one: unknown) => ({ schema: one, root })) : [];
  if (typeof pointer === 'string') others.push({ schema: found(root, pointer, steps), root });
  for (const other of others) {
    const inner = partsOfRule(other, steps + 1);
    if (inner === undefined) return undefined;
    parts.push(...inner);
  }
  return parts;
}

function isAnything(schema: unknown): boolean {
  return schema === true || (isJsonObject(schema) && Object.keys(schema).length === 0);
}

function found(root: JsonSchema, pointer: string, steps: number): unknown {
  const target = steps < MAX_STEPS ? pointedAt(root, pointer) : undefined;
  return target ?? { [LOST]: pointer };
}

/** The kinds of value that all these parts take. */
export function kindsOf(parts: readonly Part[]): ReadonlySet<Kind> {
  let kinds = new Set(KINDS);
  for (const { schema } of parts) {
    const own = kindsOfType(schema);
    if (own !== undefined) kinds = new Set([...kinds].filter((kind) => own.has(kind)));
  }
  return kinds;
}

function kindsOfType(schema: JsonSchema): ReadonlySet<Kind> | undefined {
  const { type } = schema;
  const listed = listedIn(schema);
  if (type === undefined) return listed === undefined ? undefined : new Set(listed.map(kindOf));
  const types = Array.isArray(type) ? (type as readonly unknown[]) : [type];
  return new Set(types.flatMap((one) => kindsNamed(one)));
}

function kindsNamed(type: unknown): Kind[] {
  if (type === 'number') return ['whole', 'fraction'];
  if (type === 'integer') return ['whole'];
  return KINDS.filter((kind) => kind === type);
}

export function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'whole' : 'fraction';
  return KINDS.find((kind) => kind === typeof value) ?? 'object';
}

/** The values that these parts take, where they are listed or as few as there are; `undefined`: too many to name. */
export function valuesOf(parts: readonly Part[]): readonly unknown[] | undefined {
  let values: readonly unknown[] | undefined;
  for (const { schema } of parts) {
    const listed = listedIn(schema);
    if (listed === undefined) continue;
    values = values === undefined ? listed : values.filter((value) => includes(listed, value));
  }
  const kinds = kindsOf(parts);
  if (values !== undefined) return values.filter((value) => kinds.has(kindOf(value)));
  const few = [...kinds].every((kind) => kind === 'null' || kind === 'boolean');
  return few ? [...(kinds.has('boolean') ? [true, false] : []), ...(kinds.has('null') ? [null] : [])] : undefined;
}

/** What `enum` and `const` list; `undefined` where neither is. */
export function listedIn({ enum: listed, const: only }: JsonSchema): readonly unknown[] | undefined {
  if (Array.isArray(listed)) return listed as readonly unknown[];
  return only === undefined ? undefined : [only];
}

export function includes(list: readonly unknown[], value: unknown): boolean {
  return list.some((one) => isDeepStrictEqual(one, value));
}
