import { isJsonObject } from './json-schema';
import type { JsonSchema } from './json-schema';
import type { Compare, Narrowing } from './narrowing';
import type { Part, Rule } from './schema-rules';

/**
 * What objects lose. A field that is new and optional takes nothing away: what an older payload may have had in a field of that name, where its
 * schema let everything pass, nobody meant.
 */
export function narrowedObjects(before: readonly Part[], after: Part, path: string, compare: Compare): Narrowing[] {
  const { schema, root } = after;
  const fields = fieldsOf(schema);
  const told = Object.entries(fields).flatMap(([name, field]) => {
    const had = rulesOf(before, name);
    return had.length === 0 ? [] : compare(had, { schema: field, root }, `${path}.${name}`);
  });
  return [
    ...told,
    ...newlyRequired(before, schema, path),
    ...notTaken(before, after, path, compare),
    ...namesLost(before, after, path, compare),
  ];
}

function newlyRequired(before: readonly Part[], { required }: JsonSchema, path: string): Narrowing[] {
  const were = new Set(before.flatMap(({ schema }) => namesIn(schema['required'])));
  const known = new Set(before.flatMap(({ schema }) => Object.keys(fieldsOf(schema))));
  return namesIn(required)
    .filter((name) => !were.has(name))
    .map((name) => ({
      path: `${path}.${name}`,
      message: known.has(name) ? 'was optional, and is required' : 'is new, and required',
    }));
}

/** Fields that have no place of their own any more. */
function notTaken(before: readonly Part[], { schema, root }: Part, path: string, compare: Compare): Narrowing[] {
  const { additionalProperties: others } = schema;
  if (others === undefined || others === true) return [];
  const fields = fieldsOf(schema);
  const patterns = Object.keys(isJsonObject(schema['patternProperties']) ? schema['patternProperties'] : {});
  const hasPlace = (name: string): boolean =>
    Object.hasOwn(fields, name) || patterns.some((pattern) => matches(pattern, name));
  const named = new Set(before.flatMap((part) => Object.keys(fieldsOf(part.schema))));
  const told = [...named]
    .filter((name) => !hasPlace(name))
    .flatMap((name) => {
      const rules = rulesOf(before, name);
      if (rules.some((rule) => rule.schema === false)) return [];
      if (others !== false) return compare(rules, { schema: others, root }, `${path}.${name}`);
      return [{ path: `${path}.${name}`, message: 'was taken, and is not any more' }];
    });
  const further = furtherRulesOf(before);
  if (further.some((rule) => rule.schema === false)) return told;
  if (others !== false) return [...told, ...compare(further, { schema: others, root }, `${path}.*`)];
  return [...told, { path, message: 'took fields of other names, and does not any more' }];
}

function namesLost(before: readonly Part[], { schema, root }: Part, path: string, compare: Compare): Narrowing[] {
  const { propertyNames: names } = schema;
  if (names === undefined) return [];
  const rules: Rule[] = before.flatMap((part) =>
    part.schema['propertyNames'] === undefined ? [] : [{ schema: part.schema['propertyNames'], root: part.root }],
  );
  const isClosed = furtherRulesOf(before).some((rule) => rule.schema === false);
  const known = before.flatMap((part) => Object.keys(fieldsOf(part.schema)));
  const all = { schema: isClosed ? { enum: known } : { type: 'string' }, root };
  return compare([...rules, all], { schema: names, root }, `${path} (names of fields)`);
}

/** What the parts say of a field; empty: anything. */
function rulesOf(parts: readonly Part[], name: string): Rule[] {
  return parts.flatMap(({ schema, root }): Rule[] => {
    const fields = fieldsOf(schema);
    if (Object.hasOwn(fields, name)) return [{ schema: fields[name], root }];
    const patterns = isJsonObject(schema['patternProperties']) ? Object.entries(schema['patternProperties']) : [];
    const matching = patterns.filter(([pattern]) => matches(pattern, name));
    if (matching.length > 0) return matching.map(([, rule]) => ({ schema: rule, root }));
    return furtherRulesOf([{ schema, root }]);
  });
}

/** What the parts say of fields that they do not name; empty: anything. */
function furtherRulesOf(parts: readonly Part[]): Rule[] {
  return parts.flatMap(({ schema, root }) =>
    schema['additionalProperties'] === undefined ? [] : [{ schema: schema['additionalProperties'], root }],
  );
}

function fieldsOf({ properties }: JsonSchema): JsonSchema {
  return isJsonObject(properties) ? properties : {};
}

function namesIn(required: unknown): string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

/** A pattern that this language cannot read matches nothing. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return false;
  }
}
