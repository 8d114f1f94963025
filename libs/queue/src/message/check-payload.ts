import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError } from '../errors';
import type { Problem } from '../errors';

/**
 * The payload as the definition's schema gives it out.
 * @throws InvalidPayloadError that names every wrong field; also when the schema itself fails.
 */
export async function checkPayload(task: TaskDefinition, payload: unknown): Promise<unknown> {
  const result = await validate(task, payload);
  if (result.issues !== undefined) throw new InvalidPayloadError(task.name, result.issues.map(problemOf));
  return result.value;
}

async function validate(task: TaskDefinition, payload: unknown): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await task.payload['~standard'].validate(payload);
  } catch (cause) {
    const problem = { path: '', message: `its schema failed: ${String(cause)}` };
    throw new InvalidPayloadError(task.name, [problem], { cause });
  }
}

function problemOf(issue: StandardSchemaV1.Issue): Problem {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return { path: path.join('.'), message: issue.message };
}
