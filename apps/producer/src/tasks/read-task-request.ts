import { fieldProblems, UnknownTaskError } from '@app/queue';
import type { AddOptions, Problem, TaskDefinition, TaskRegistry, TaskToAdd } from '@app/queue';
import { uuidv7 } from 'uuidv7';
import { InvalidRequestError } from '../problems/request-errors';
import { taskRequest } from './task-request';

type KnownTasks = Pick<TaskRegistry, 'get' | 'tasks'>;

/** A task as the client asked for it, with the id it will have. */
export interface RequestedTask extends TaskToAdd {
  readonly options: AddOptions & { readonly id: string };
}

/**
 * Reads one task of a request. It gets its id here, before it is sent: an answer that says "send it again" names it.
 * The payload of a right envelope is left to `TaskQueue`, which checks it anyway.
 * @throws InvalidRequestError that names every wrong field, those of the payload included.
 * @throws UnknownTaskError that names the tasks there are.
 */
export async function readTaskRequest(body: unknown, known: KnownTasks): Promise<RequestedTask> {
  const envelope = taskRequest.safeParse(body);
  if (!envelope.success) {
    throw new InvalidRequestError([...fieldProblems(envelope.error.issues), ...(await payloadProblems(body, known))]);
  }
  const { name, payload, options } = envelope.data;
  const task = known.get(name);
  if (task === undefined) throw new UnknownTaskError(name, `here; there are ${namesOf(known.tasks)}`);
  const { id = uuidv7(), at, ...others } = options ?? {};
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  return { task, payload, options: { id, ...given, ...(at === undefined ? {} : { at: new Date(at) }) } };
}

/** The payload's problems of a wrong envelope that can still be told: one answer names all there is to mend. */
async function payloadProblems(body: unknown, known: KnownTasks): Promise<Problem[]> {
  if (typeof body !== 'object' || body === null || !('name' in body && 'payload' in body)) return [];
  const task = typeof body.name === 'string' ? known.get(body.name) : undefined;
  if (task === undefined) return [];
  const result = await task.payload['~standard'].validate(body.payload);
  return fieldProblems(result.issues ?? [], 'payload');
}

function namesOf(tasks: readonly TaskDefinition[]): string {
  return tasks.map((task) => task.name).join(', ');
}
