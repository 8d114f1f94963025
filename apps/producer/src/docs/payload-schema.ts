import type { TaskDefinition } from '@app/queue';
import { inputSchemaOf, isJsonObject, movedTo } from '@app/queue/contracts';
import type { JsonSchema } from '@app/queue/contracts';

/** A JSON Schema, or a piece of an OpenAPI document. */
export type Json = JsonSchema;

/**
 * What a task's payload looks like, as JSON Schema 2020-12, to stand at the place `pointer` of a document. A schema that
 * cannot say it (zod can, and whatever else has Standard JSON Schema) is shown as free-form.
 */
export function payloadSchema(task: TaskDefinition, pointer: string): Json {
  const { $schema: _, ...schema } = inputSchemaOf(task) ?? { description: 'The task’s definition checks it.' };
  return movedTo(pointer, schema);
}

/** A payload made of the examples that a schema gives for its fields; `undefined` when a required field gives none. */
export function examplePayload(schema: Json): unknown {
  const examples = schema['examples'];
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as unknown;
  if ('default' in schema) return schema['default'];
  if (!isJsonObject(schema['properties'])) return undefined;
  const example: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema['properties'])) {
    const value = isJsonObject(property) ? examplePayload(property) : undefined;
    if (value !== undefined) example[name] = value;
  }
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return required.every((name) => String(name) in example) ? example : undefined;
}
