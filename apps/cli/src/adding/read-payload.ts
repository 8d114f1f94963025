import { checkPayload } from '@app/queue/operating';
import type { TaskRegistry } from '@app/queue/operating';
import { UsageError } from '../exit-codes';

/** One task's definition, as the registry has it. */
export type Definition = TaskRegistry['tasks'][number];

/** The definition of this name. @throws UsageError that says which there are. */
export function definitionOf(name: string, registry: TaskRegistry): Definition {
  const task = registry.get(name);
  if (task !== undefined) return task;
  const known = registry.tasks.map((one) => one.name).join(', ');
  throw new UsageError(`No task is defined with the name ${JSON.stringify(name)}; there are ${known}.`);
}

/**
 * Reads a payload that was typed, and checks it against its definition.
 * @throws UsageError when it is no JSON, InvalidPayloadError when it is not what the definition takes.
 */
export async function readPayload(task: Definition, text: string): Promise<unknown> {
  const payload = parsed(text);
  await checkPayload(task, payload);
  return payload;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The payload is no JSON (${why}). A text is JSON in quotes, too: '"Hello"'.`, {
      cause: error,
    });
  }
}
