import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/** A JSON Schema, or another piece of a document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The versions of JSON Schema that are asked for. */
export type JsonSchemaVersion = 'draft-2020-12' | 'draft-07';

/** What has a payload: a task's definition or an event's. */
interface Payload {
  readonly payload: StandardSchemaV1;
}

/**
 * What a definition takes as its payload, as JSON Schema.
 * @returns `undefined` when its schema does not tell: zod does, and whatever else has Standard JSON Schema
 */
export function inputSchemaOf(
  { payload }: Payload,
  target: JsonSchemaVersion = 'draft-2020-12',
): JsonSchema | undefined {
  const standard: object = payload['~standard'];
  if (!hasJsonSchema(standard)) return undefined;
  try {
    return standard.jsonSchema.input({ target, libraryOptions: { unrepresentable: 'any' } });
  } catch {
    return undefined; // the standard lets it throw for what JSON Schema has no words for
  }
}

/** A schema that stands at the place `pointer` of a document: its references (`#/$defs/...`), which begin at its own root, lead there. */
export function movedTo(pointer: string, schema: JsonSchema): JsonSchema {
  return moved(schema, pointer) as JsonSchema;
}

/** What `#` or `#/$defs/Name` points at; `undefined` for every other address. */
export function pointedAt(root: JsonSchema, pointer: string): unknown {
  if (!/^#(?:\/|$)/.test(pointer)) return undefined;
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((place, step) => {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    return Array.isArray(place) || isJsonObject(place) ? (place as JsonSchema)[key] : undefined;
  }, root);
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasJsonSchema(standard: object): standard is StandardJSONSchemaV1.Props {
  return 'jsonSchema' in standard && typeof standard.jsonSchema === 'object';
}

function moved(value: unknown, pointer: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, pointer));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === '$ref' && typeof item === 'string' && item.startsWith('#')
        ? [key, pointer + item.slice(1)]
        : [key, moved(item, pointer)],
    ),
  );
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
