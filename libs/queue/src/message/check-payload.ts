import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError } from '../errors';
import { fieldProblems } from './field-problems';

/** A definition whose payload is checked: a task's or an event's. */
type Checked = Pick<TaskDefinition, 'name' | 'payload'>;

/**
 * The payload as the definition's schema gives it out; a promise of it only when the schema itself takes its time.
 * @throws InvalidPayloadError that names every wrong field; also when the schema itself fails.
 */
export function checkPayload(task: Checked, payload: unknown): unknown {
  const result = validate(task, payload);
  return 'then' in result ? valueLater(task, result) : valueOf(task, result);
}

function validate(
  task: Checked,
  payload: unknown,
): StandardSchemaV1.Result<unknown> | Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return task.payload['~standard'].validate(payload);
  } catch (cause) {
    throw schemaFailure(task, cause);
  }
}

async function valueLater(task: Checked, validating: Promise<StandardSchemaV1.Result<unknown>>): Promise<unknown> {
  const result = await validating.catch((cause: unknown) => {
    throw schemaFailure(task, cause);
  });
  return valueOf(task, result);
}

function valueOf(task: Checked, result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues !== undefined) throw new InvalidPayloadError(task.name, fieldProblems(result.issues));
  return result.value;
}

/** What it threw is for the log, as the cause: the message may be shown to whoever sent the payload. */
function schemaFailure(task: Checked, cause: unknown): InvalidPayloadError {
  return new InvalidPayloadError(task.name, [{ path: '', message: 'its schema failed' }], { cause });
}
