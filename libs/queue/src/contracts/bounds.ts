import { kindsOf } from './schema-rules';
import type { Kind, Part } from './schema-rules';
import type { JsonSchema } from './json-schema';

/** A keyword that bounds sizes, for the kinds of value that it is about. */
interface SizeBound {
  readonly keyword: string;
  readonly isMinimum: boolean;
  readonly kinds: readonly Kind[];
  readonly what: string;
}

const SIZES: readonly SizeBound[] = [
  { keyword: 'minLength', isMinimum: true, kinds: ['string'], what: 'characters' },
  { keyword: 'maxLength', isMinimum: false, kinds: ['string'], what: 'characters' },
  { keyword: 'minItems', isMinimum: true, kinds: ['array'], what: 'items' },
  { keyword: 'maxItems', isMinimum: false, kinds: ['array'], what: 'items' },
  { keyword: 'minProperties', isMinimum: true, kinds: ['object'], what: 'fields' },
  { keyword: 'maxProperties', isMinimum: false, kinds: ['object'], what: 'fields' },
];

/** One end of a range of numbers; `isOpen`: the number itself is outside. */
interface End {
  readonly at: number;
  readonly isOpen: boolean;
}

/** What of `after`'s bounds is tighter than what `before` keeps to, in words. */
export function tighterBounds(before: readonly Part[], after: JsonSchema): string[] {
  const kinds = kindsOf(before);
  const told = SIZES.flatMap((size) =>
    size.kinds.some((kind) => kinds.has(kind)) ? tighterSize(before, after, size) : [],
  );
  if (kinds.has('whole') || kinds.has('fraction')) told.push(...tighterNumbers(before, after));
  return told;
}

function tighterSize(before: readonly Part[], after: JsonSchema, { keyword, isMinimum, what }: SizeBound): string[] {
  const wanted = numberOf(after, keyword);
  if (wanted === undefined) return [];
  const kept = before.flatMap(({ schema }) => numberOf(schema, keyword) ?? []);
  const had = isMinimum ? Math.max(0, ...kept) : Math.min(Infinity, ...kept);
  if (isMinimum ? had >= wanted : had <= wanted) return [];
  return isMinimum
    ? [`took ${had} ${what} and more, and takes ${wanted} at least`]
    : [`took ${had === Infinity ? `any number of ${what}` : `up to ${had} ${what}`}, and takes up to ${wanted}`];
}

function tighterNumbers(before: readonly Part[], after: JsonSchema): string[] {
  const isWhole = !kindsOf(before).has('fraction');
  const told: string[] = [];
  for (const isMinimum of [true, false]) {
    const wanted = endOf(after, isMinimum, isWhole);
    if (wanted === undefined) continue;
    const ends = before.flatMap(({ schema }) => endOf(schema, isMinimum, isWhole) ?? []);
    if (ends.some((end) => isWithin(end, wanted, isMinimum))) continue;
    const tightest = ends.toSorted((one, other) => (isWithin(one, other, isMinimum) ? -1 : 1))[0];
    told.push(`took ${endText(tightest, isMinimum)}, and takes ${endText(wanted, isMinimum)}`);
  }
  const step = numberOf(after, 'multipleOf');
  if (step !== undefined && !before.some(({ schema }) => isMultiple(numberOf(schema, 'multipleOf'), step)))
    if (!(isWhole && step === 1)) told.push(`has to be a multiple of ${step}`);
  return told;
}

/** The end of a schema's range on one side. Where numbers are whole, what lies beyond an open end is the next one. */
function endOf(schema: JsonSchema, isMinimum: boolean, isWhole: boolean): End | undefined {
  const closed = numberOf(schema, isMinimum ? 'minimum' : 'maximum');
  const open = numberOf(schema, isMinimum ? 'exclusiveMinimum' : 'exclusiveMaximum');
  const ends: End[] = [];
  if (closed !== undefined) ends.push({ at: closed, isOpen: false });
  if (open !== undefined)
    ends.push(
      isWhole && Number.isInteger(open)
        ? { at: open + (isMinimum ? 1 : -1), isOpen: false }
        : { at: open, isOpen: true },
    );
  const [one, other] = ends;
  if (one === undefined || other === undefined) return one;
  return isWithin(one, other, isMinimum) ? one : other;
}

/** Whether a range that ends here lies within one that ends there. */
function isWithin(end: End, other: End, isMinimum: boolean): boolean {
  if (end.at === other.at) return end.isOpen || !other.isOpen;
  return isMinimum ? end.at > other.at : end.at < other.at;
}

function endText(end: End | undefined, isMinimum: boolean): string {
  if (end === undefined) return isMinimum ? 'numbers however small' : 'numbers however large';
  return `numbers ${end.isOpen ? (isMinimum ? 'above' : 'below') : isMinimum ? 'from' : 'up to'} ${end.at}`;
}

function isMultiple(of: number | undefined, step: number): boolean {
  return of !== undefined && Number.isInteger(of / step);
}

function numberOf(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
}
