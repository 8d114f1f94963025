import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError } from '../errors';
import { fieldProblems } from './field-problems';

/**
 * The payload as the definition's schema gives it out.
 * @throws InvalidPayloadError that names every wrong field; also when the schema itself fails.
 */
export async function checkPayload(task: TaskDefinition, payload: unknown): Promise<unknown> {
  const result = await validate(task, payload);
  if (result.issues !== undefined) throw new InvalidPayloadError(task.name, fieldProblems(result.issues));
  return result.value;
}

async function validate(task: TaskDefinition, payload: unknown): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await task.payload['~standard'].validate(payload);
  } catch (cause) {
    // What it threw is for the log, as the cause: the message may be shown to whoever sent the payload.
    throw new InvalidPayloadError(task.name, [{ path: '', message: 'its schema failed' }], { cause });
  }
}
