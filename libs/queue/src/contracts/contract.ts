import { z } from 'zod';
import type { TaskDefinition } from '../define-task';
import { assertionsOf } from './assertions';
import { inputSchemaOf } from './json-schema';
import type { JsonSchema } from './json-schema';

/** What others rely on in a task's definition. */
export interface Contract {
  readonly name: string;
  readonly queue: string;
  /** The payload's, and the oldest one that a worker still lifts to it. */
  readonly version: number;
  readonly oldestVersion: number;
  /** What the payload may be, as JSON Schema; `null` when the definition's schema does not tell. */
  readonly payload: JsonSchema | null;
}

const snapshotSchema = z.strictObject({
  contracts: z.array(
    z.strictObject({
      name: z.string(),
      queue: z.string(),
      version: z.int().min(1),
      oldestVersion: z.int().min(1),
      payload: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});

/** The contracts of these definitions, by their names' order. */
export function contractsOf(tasks: readonly TaskDefinition[]): Contract[] {
  return tasks.map(contractOf).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** The text of a snapshot of contracts, to be committed: JSON, the same for the same contracts. */
export function snapshotText(contracts: readonly Contract[]): string {
  return `${JSON.stringify({ contracts }, undefined, 2)}\n`;
}

/** The contracts of a snapshot. @throws Error that says why it is none. */
export function readSnapshot(text: string): Contract[] {
  const read = snapshotSchema.safeParse(parsed(text));
  if (!read.success) throw new Error(`It is no snapshot of contracts: ${z.prettifyError(read.error)}`);
  return read.data.contracts;
}

function contractOf(task: TaskDefinition): Contract {
  const { name, queue, version, upcasters } = task;
  const schema = inputSchemaOf(task);
  return {
    name,
    queue: queue.name,
    version,
    oldestVersion: Math.min(version, ...Object.keys(upcasters).map(Number)),
    // As it is written: without what JSON does not carry.
    payload: schema === undefined ? null : (JSON.parse(JSON.stringify(assertionsOf(schema))) as JsonSchema),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
