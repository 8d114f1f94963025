import { isDeepStrictEqual } from 'node:util';
import { tighterBounds } from './bounds';
import type { JsonSchema } from './json-schema';
import { narrowedLists } from './narrowed-lists';
import { narrowedObjects } from './narrowed-objects';
import type { Narrowing } from './narrowing';
import { includes, kindsOf, listedIn, partsOf, valuesOf } from './schema-rules';
import type { Kind, Part, Rule } from './schema-rules';
import { takes } from './takes';

/** More comparisons than a schema that people write needs; each alternative multiplies them. */
const MAX_COMPARISONS = 20_000;

/** Values that a sentence names. */
const MAX_LISTED = 10;

/** Keywords that hold when they say the same as before, and are not looked into otherwise. */
const AS_BEFORE: readonly (readonly [keyword: string, message: (value: unknown) => string])[] = [
  ['pattern', (value) => `has to match ${String(value)}`],
  ['format', (value) => `has to be a text of the format ${String(value)}`],
  ['uniqueItems', () => 'has to have no item twice'],
  ...[
    'not',
    'if',
    'then',
    'else',
    'contains',
    'minContains',
    'maxContains',
    'dependentRequired',
    'dependentSchemas',
  ].map((keyword) => [keyword, () => `has another "${keyword}", which is not compared`] as const),
  ['patternProperties', () => 'has fields by other patterns, which are not compared'],
  ['$lost', (value) => `cannot be compared: ${String(value)} is not in the schema`],
];

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  null: 'null',
  boolean: 'booleans',
  object: 'objects',
  array: 'lists',
  string: 'texts',
  whole: 'whole numbers',
  fraction: 'fractions',
};

/**
 * What a schema takes no longer that another took: the fields, each with what has become tighter. Empty when it takes all of it. What cannot be compared counts
 * as tighter. Both as `assertionsOf` leaves them.
 */
export function narrowingsOf(before: JsonSchema, after: JsonSchema): Narrowing[] {
  if (isDeepStrictEqual(before, after)) return [];
  const all = new Comparison().compare([{ schema: before, root: before }], { schema: after, root: after }, 'payload');
  return all.filter((one, index) => all.findIndex((other) => isDeepStrictEqual(one, other)) === index);
}

class Comparison {
  private readonly ids = new Map<object, number>();
  private readonly underWay = new Set<string>();
  private comparisons = 0;

  compare(before: readonly Rule[], after: Rule, path: string): Narrowing[] {
    const key = [...before, after].map(({ schema }) => this.idOf(schema)).join(' ');
    if (this.underWay.has(key)) return []; // a schema within itself: that is being looked at
    this.underWay.add(key);
    const told = this.compareParts(partsOf(before), after, path);
    this.underWay.delete(key);
    return told;
  }

  private compareParts(before: readonly Part[] | undefined, after: Rule, path: string): Narrowing[] {
    if (before === undefined || kindsOf(before).size === 0) return []; // it took nothing
    if (++this.comparisons > MAX_COMPARISONS) return [{ path, message: 'is too large to be compared' }];
    const wanted = partsOf([after]);
    if (wanted === undefined) return [{ path, message: 'is not taken any more' }];
    if (wanted.length === 0) return [];
    for (const part of before) {
      const alternatives = alternativesOf(part);
      if (alternatives === undefined) continue;
      const others = before.filter((one) => one !== part);
      return alternatives.flatMap((rules) => {
        const inner = partsOf(rules);
        return inner === undefined ? [] : this.compareParts([...others, ...inner], after, path);
      });
    }
    return wanted.flatMap((part) => this.comparePart(before, part, path));
  }

  private comparePart(before: readonly Part[], { schema, root }: Part, path: string): Narrowing[] {
    const { anyOf, oneOf, ...own } = schema;
    const told = this.compareOwn(before, { schema: own, root }, path);
    for (const alternatives of [anyOf, oneOf]) {
      if (!Array.isArray(alternatives)) continue;
      const rules = alternatives.map((one: unknown) => ({ schema: one, root }));
      told.push(...this.compareWithAny(before, rules, path));
    }
    return told;
  }

  /** One of the alternatives has to take it. When none does, the one that is told of is the nearest. */
  private compareWithAny(before: readonly Part[], alternatives: readonly Rule[], path: string): Narrowing[] {
    const values = valuesOf(before);
    if (values !== undefined && values.length > 1) {
      const each = values.map((value): Part => ({ schema: { const: value }, root: {} }));
      return each.flatMap((value) => this.compareWithAny([value], alternatives, path));
    }
    let nearest: Narrowing[] | undefined;
    for (const alternative of alternatives) {
      const told = this.compareParts(before, alternative, path);
      if (told.length === 0) return [];
      if (nearest === undefined || isNearer(told, nearest, path)) nearest = told;
    }
    return nearest ?? [{ path, message: 'is not taken any more' }];
  }

  private compareOwn(before: readonly Part[], part: Part, path: string): Narrowing[] {
    const { schema } = part;
    const values = valuesOf(before);
    if (values?.every(isScalar) === true) {
      const lost = values.filter((value) => !takes(schema, value));
      return lost.length === 0 ? [] : [{ path, message: `took ${listText(lost)}, and does not any more` }];
    }
    const listed = listedIn(schema);
    if (listed !== undefined && !(values?.every((value) => includes(listed, value)) ?? false))
      return [{ path, message: `took more, and takes only ${listText(listed)}` }];
    const kinds = kindsOf(before);
    const wanted = kindsOf([part]);
    if ([...kinds].some((kind) => !wanted.has(kind)))
      return [{ path, message: `took ${kindsText(kinds)}, and takes ${kindsText(wanted)}` }];
    const compare = this.compare.bind(this);
    return [
      ...tighterBounds(before, schema).map((message) => ({ path, message })),
      ...otherThanBefore(before, schema).map((message) => ({ path, message })),
      ...(kinds.has('object') ? narrowedObjects(before, part, path, compare) : []),
      ...(kinds.has('array') ? narrowedLists(before, part, path, compare) : []),
    ];
  }

  private idOf(schema: unknown): string {
    if (typeof schema !== 'object' || schema === null) return String(schema);
    const id = this.ids.get(schema) ?? this.ids.size;
    this.ids.set(schema, id);
    return `#${id}`;
  }
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function otherThanBefore(before: readonly Part[], schema: JsonSchema): string[] {
  return AS_BEFORE.flatMap(([keyword, message]) => {
    const value = schema[keyword];
    const holds = value === undefined || before.some((part) => isDeepStrictEqual(part.schema[keyword], value));
    return holds ? [] : [message(value)];
  });
}

/** The alternatives of a schema, each with what holds beside it; `undefined`: it has none. */
function alternativesOf({ schema, root }: Part): Rule[][] | undefined {
  const { type } = schema;
  if (Array.isArray(type) && type.length > 1)
    return type.map((one: unknown) => [{ schema: { ...schema, type: one }, root }]);
  for (const keyword of ['anyOf', 'oneOf']) {
    const { [keyword]: alternatives, ...rest } = schema;
    if (!Array.isArray(alternatives)) continue;
    return alternatives.map((one: unknown) => [
      { schema: rest, root },
      { schema: one, root },
    ]);
  }
  return undefined;
}

/** Whether it is nearer to what is wanted: wrong further inside, or less often. */
function isNearer(told: readonly Narrowing[], other: readonly Narrowing[], path: string): boolean {
  const wrongHere = (all: readonly Narrowing[]): boolean => all.some((one) => one.path === path);
  if (wrongHere(told) !== wrongHere(other)) return wrongHere(other);
  return told.length < other.length;
}

function kindsText(kinds: ReadonlySet<Kind>): string {
  const isNumber = kinds.has('whole') && kinds.has('fraction');
  const names = [...kinds].filter((kind) => !isNumber || kind !== 'fraction');
  const told = names.map((kind) => (isNumber && kind === 'whole' ? 'numbers' : KIND_NAMES[kind]));
  if (told.length === Object.keys(KIND_NAMES).length - 1) return 'anything';
  return told.length < 2 ? (told[0] ?? 'nothing') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}

function listText(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_LISTED).map((value) => JSON.stringify(value));
  return values.length > MAX_LISTED ? `${shown.join(', ')} and ${values.length - MAX_LISTED} more` : shown.join(', ');
}
