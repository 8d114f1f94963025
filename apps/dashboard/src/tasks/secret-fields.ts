import type { TaskDefinition } from '@app/queue';
import { inputSchemaOf, isJsonObject, pointedAt } from '@app/queue/contracts';

/** What stands for a value that nobody may see. */
export const MASK = '••••••';

/** Which fields of a task's payload are secret. */
export interface SecretFields {
  /** The payload as a whole. */
  readonly isAll: boolean;
  /** Names of fields, in lower case: a field of such a name is secret wherever it stands, also in a payload that is none. */
  readonly names: ReadonlySet<string>;
}

/** What points at another schema. */
const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef']);

/**
 * Schemas under keys that are no names of fields: patterns of names, and fields whose presence brings more rules. What is marked in
 * one by itself makes the field around it secret: which names fit a pattern is not asked of a stranger's payload.
 */
const SCHEMAS_BY_KEY: ReadonlySet<string> = new Set(['patternProperties', 'dependentSchemas', 'dependencies']);

/** Values, and definitions that count where something points at them. */
const NO_SCHEMAS: ReadonlySet<string> = new Set(['$defs', 'definitions', 'enum', 'const', 'default', 'examples']);

/**
 * The fields that a definition's schema marks as secret (`z.string().meta({ secret: true })`). What is marked without a
 * name of its own, an item of a list, a value of a record or of a pattern of names, makes the field around it secret.
 * @returns `undefined` when the schema does not tell what it looks like (zod does, and whatever else has Standard JSON Schema)
 */
export function secretFieldsOf(task: TaskDefinition): SecretFields | undefined {
  const root = inputSchemaOf(task);
  if (root === undefined) return undefined;
  const names = new Set<string>();
  let isAll = false;
  const seen = new Set<unknown>();
  const mark = (name: string | undefined): void => {
    if (name === undefined) isAll = true;
    else names.add(name.toLowerCase());
  };
  const walk = (schema: unknown, name: string | undefined): void => {
    if (Array.isArray(schema)) return schema.forEach((part) => walk(part, name));
    if (!isJsonObject(schema)) return;
    if (schema['secret'] === true) mark(name);
    for (const [key, part] of Object.entries(schema)) {
      if (REFERENCES.has(key)) follow(part, name);
      else if (key === 'properties') eachOf(part, (of, field) => walk(of, field));
      else if (SCHEMAS_BY_KEY.has(key)) eachOf(part, (of) => walk(of, name));
      else if (!NO_SCHEMAS.has(key)) walk(part, name);
    }
  };
  const follow = (pointer: unknown, name: string | undefined): void => {
    const visit = `${String(pointer)}\n${name}`;
    if (seen.has(visit)) return;
    seen.add(visit);
    const target = pointedAt(root, String(pointer));
    // What cannot be found may say anything.
    if (target === undefined) mark(name);
    else walk(target, name);
  };
  walk(root, undefined);
  return { isAll, names };
}

/** A copy of a payload without its secrets, and how many there were. A text that is JSON, and holds one, is one. */
export function masked(payload: unknown, fields: SecretFields): { value: unknown; count: number } {
  if (fields.isAll) return { value: MASK, count: 1 };
  let count = 0;
  const value = JSON.parse(JSON.stringify(payload ?? null), (key: string, part: unknown) => {
    if (!fields.names.has(key.toLowerCase()) && !holdsSecret(part, fields)) return part;
    count += 1;
    return MASK;
  }) as unknown;
  return { value, count };
}

function holdsSecret(part: unknown, fields: SecretFields): boolean {
  if (typeof part !== 'string' || fields.names.size === 0 || !/^\s*["[{]/.test(part)) return false;
  try {
    return masked(JSON.parse(part), fields).count > 0;
  } catch (error) {
    return !(error instanceof SyntaxError); // what is nested too deeply to be looked through may hold one
  }
}

function eachOf(schemas: unknown, look: (schema: unknown, key: string) => void): void {
  for (const [key, schema] of Object.entries(isJsonObject(schemas) ? schemas : {})) look(schema, key);
}
