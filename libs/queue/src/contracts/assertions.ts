import { isJsonObject } from './json-schema';
import type { JsonSchema } from './json-schema';

/** Keywords whose value is a schema, a list of them, or schemas by their names. */
const SCHEMAS = new Set(['additionalProperties', 'propertyNames', 'items', 'contains', 'not', 'if', 'then', 'else']);
const LISTS = new Set(['prefixItems', 'anyOf', 'oneOf', 'allOf']);
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs']);

/** Those that say of themselves what is taken, and what is put in for what is missing. */
const PLAIN = new Set(
  [
    ['$ref', 'type', 'enum', 'const', 'default', 'required', 'dependentRequired', 'minProperties', 'maxProperties'],
    [
      'minItems',
      'maxItems',
      'uniqueItems',
      'minContains',
      'maxContains',
      'minLength',
      'maxLength',
      'pattern',
      'format',
    ],
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ].flat(),
);

/** A schema without what is for people and pages only (descriptions, examples, marks of a team's own): changing that changes no contract. */
export function assertionsOf(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (PLAIN.has(keyword)) return [[keyword, value]];
      if (SCHEMAS.has(keyword)) return [[keyword, stripped(value)]];
      if (LISTS.has(keyword) && Array.isArray(value)) return [[keyword, value.map(stripped)]];
      if (NAMED.has(keyword) && isJsonObject(value)) return [[keyword, eachStripped(value)]];
      return [];
    }),
  );
}

function stripped(schema: unknown): unknown {
  return isJsonObject(schema) ? assertionsOf(schema) : schema;
}

function eachStripped(schemas: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, stripped(schema)]));
}
