import type { Compare, Narrowing } from './narrowing';
import type { JsonSchema } from './json-schema';
import type { Part, Rule } from './schema-rules';

/** What lists lose, item by item: those that have a place of their own, and all others. */
export function narrowedLists(before: readonly Part[], after: Part, path: string, compare: Compare): Narrowing[] {
  const { schema, root } = after;
  const places = Math.max(placesIn(schema), ...before.map((part) => placesIn(part.schema)));
  const longest = Math.min(Infinity, ...before.flatMap((part) => part.schema['maxItems'] ?? []).map(Number));
  const told: Narrowing[] = [];
  for (let place = 0; place < Math.min(places, longest); place++)
    told.push(...compare(rulesAt(before, place), { schema: itemAt(schema, place), root }, `${path}[${place}]`));
  if (longest <= places) return told;
  return [...told, ...compare(rulesAt(before, places), { schema: itemAt(schema, places), root }, `${path}[]`)];
}

function rulesAt(parts: readonly Part[], place: number): Rule[] {
  return parts.map(({ schema, root }) => ({ schema: itemAt(schema, place), root }));
}

/** What a schema says of the item in this place. */
function itemAt(schema: JsonSchema, place: number): unknown {
  const { prefixItems, items } = schema;
  const own: unknown = Array.isArray(prefixItems) ? prefixItems[place] : undefined;
  return own ?? items ?? true;
}

function placesIn({ prefixItems }: JsonSchema): number {
  return Array.isArray(prefixItems) ? prefixItems.length : 0;
}
