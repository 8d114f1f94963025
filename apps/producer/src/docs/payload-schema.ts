import type { TaskDefinition } from '@app/queue';
import type { StandardJSONSchemaV1 } from '@standard-schema/spec';

/** A JSON Schema, or a piece of an OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * What a task's payload looks like, as JSON Schema 2020-12, to stand at the place `pointer` of a document. A schema that
 * cannot say it (zod can, and whatever else has Standard JSON Schema) is shown as free-form.
 */
export function payloadSchema(task: TaskDefinition, pointer: string): Json {
  const { $schema: _, ...schema } = inputSchemaOf(task) ?? { description: 'The task’s definition checks it.' };
  return rebased(schema, pointer) as Json;
}

/** A payload made of the examples that a schema gives for its fields; `undefined` when a required field gives none. */
export function examplePayload(schema: Json): unknown {
  const examples = schema['examples'];
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as unknown;
  if ('default' in schema) return schema['default'];
  if (!isJson(schema['properties'])) return undefined;
  const example: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema['properties'])) {
    const value = isJson(property) ? examplePayload(property) : undefined;
    if (value !== undefined) example[name] = value;
  }
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return required.every((name) => String(name) in example) ? example : undefined;
}

function inputSchemaOf(task: TaskDefinition): Json | undefined {
  const standard: object = task.payload['~standard'];
  if (!hasJsonSchema(standard)) return undefined;
  try {
    return standard.jsonSchema.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } });
  } catch {
    return undefined; // the standard lets it throw for what JSON Schema has no words for
  }
}

function hasJsonSchema(standard: object): standard is StandardJSONSchemaV1.Props {
  return 'jsonSchema' in standard && typeof standard.jsonSchema === 'object';
}

/** References inside of the schema (`#/$defs/...`) begin at its own root: they are moved to where it stands now. */
function rebased(value: unknown, pointer: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rebased(item, pointer));
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === '$ref' && typeof item === 'string' && item.startsWith('#')
        ? [key, pointer + item.slice(1)]
        : [key, rebased(item, pointer)],
    ),
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
