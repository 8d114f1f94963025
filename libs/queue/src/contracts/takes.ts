import { tighterBounds } from './bounds';
import type { JsonSchema } from './json-schema';
import { includes, kindOf, kindsOf, listedIn } from './schema-rules';

/** Keywords by which a text, a number, a boolean or `null` may be refused, and that are not looked into. */
const UNREAD = ['not', 'if', '$lost'];

/** Whether a schema takes this text, number, boolean or `null`; `false` as well where that cannot be said. Without its alternatives. */
export function takes(schema: JsonSchema, value: unknown): boolean {
  const listed = listedIn(schema);
  if (listed !== undefined && !includes(listed, value)) return false;
  if (!kindsOf([{ schema, root: schema }]).has(kindOf(value))) return false;
  if (UNREAD.some((keyword) => schema[keyword] !== undefined)) return false;
  return tighterBounds([{ schema: boundsOf(value), root: {} }], schema).length === 0 && isText(schema, value);
}

/** The schema that a value keeps to most tightly. */
function boundsOf(value: unknown): JsonSchema {
  if (typeof value === 'number') return { const: value, minimum: value, maximum: value, multipleOf: value };
  if (typeof value === 'string') return { const: value, minLength: value.length, maxLength: value.length };
  return { const: value };
}

function isText({ pattern, format }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'string') return true;
  if (typeof pattern !== 'string') return format === undefined;
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return false;
  }
}
