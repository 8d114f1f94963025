import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError } from '../errors';
import type { Problem } from '../errors';

/**
 * The payload as the definition's schema gives it out.
 * @throws InvalidPayloadError that names every wrong field.
 */
export async function checkPayload(task: TaskDefinition, payload: unknown): Promise<unknown> {
  let result = task.payload['~standard'].validate(payload);
  if (result instanceof Promise) result = await result;
  if (result.issues !== undefined) throw new InvalidPayloadError(task.name, result.issues.map(problemOf));
  return result.value;
}

function problemOf(issue: StandardSchemaV1.Issue): Problem {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return { path: path.join('.'), message: issue.message };
}
