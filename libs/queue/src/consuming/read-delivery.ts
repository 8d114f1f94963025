import type { MessageHandler } from '@nestjs/microservices';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import { InvalidPayloadError, MessageRefusedError, UndecodableMessageError } from '../errors';
import { isPromise } from '../is-promise';
import { checkPayload } from '../message/check-payload';
import type { ReadTask } from '../message/formats';
import { liftPayload, versionOf, versionProblem } from '../message/lift-payload';
import type { RunPolicy } from '../run-policy';
import type { TaskRegistry } from '../task-registry';
import type { Delivery } from './delivery';
import { putAside } from './outcome';
import type { DeadLettered, Outcome } from './outcome';

/** A task that can be run: its handler, and the payload as the schema gives it out. */
export interface RunnableTask {
  readonly name: string;
  readonly payload: unknown;
  readonly handler: MessageHandler;
  /** Its definition's, or its queue's when nobody defined it. */
  readonly policy: RunPolicy;
}

/** What is looked at of a definition, a task's or an event's. */
type Defined = Pick<TaskDefinition, 'name' | 'payload' | 'version' | 'upcasters'>;

export interface Reading {
  readonly registry: TaskRegistry;
  readonly maxMessageBytes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Also one of a pattern with wildcards, where the queue is bound to exchanges. */
  handlerOf(name: string, queue: QueueDefinition): MessageHandler | null;
  /** Whether a task of this queue may be one that is acknowledged before its run. */
  acksBefore(queue: string): boolean;
}

/**
 * The steps from bytes to a task that can be run. Whatever cannot be run has its outcome already. A promise only when the
 * payload's schema takes its time.
 */
export function readDelivery(
  delivery: Delivery,
  queue: QueueDefinition,
  reading: Reading,
): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
  const { content } = delivery.message;
  if (content.length > reading.maxMessageBytes) {
    delivery.name = claimedName(delivery);
    const message = `The body has ${content.length} bytes and the limit is ${reading.maxMessageBytes} (MAX_MESSAGE_BYTES).`;
    return putAside('too-large', 'MessageTooLargeError', message);
  }
  const read = readTask(delivery, queue);
  const task = read instanceof Error ? undefined : read;
  delivery.name = task?.name ?? claimedName(delivery);
  delivery.requestId = task?.requestId;
  delivery.stated = task?.stated;
  if (read instanceof MessageRefusedError) return refused(read);
  if (delivery.expiresAt !== undefined && delivery.expiresAt <= reading.now()) {
    const message = `Its time to begin a run ended at ${new Date(delivery.expiresAt).toISOString()}.`;
    return putAside('expired', 'ExpiredError', message);
  }
  if (task === undefined) {
    const why = read instanceof UndecodableMessageError ? read.message : undefined;
    const message = why ?? `The body is not a message of the format of queue "${queue.name}".`;
    return putAside('undecodable', 'UndecodableMessageError', message);
  }
  const until = task.stated?.notBefore;
  if (until !== undefined && until > reading.now()) return { kind: 'postponed', until };
  const handler = reading.handlerOf(task.name, queue);
  if (handler === null) {
    const message =
      `This worker has no handler for "${task.name.slice(0, 200)}": ` +
      'a newer producer, another queue’s task, or a module that it does not import.';
    return putAside('unknown-task', 'UnknownTaskError', message);
  }
  const definition = reading.registry.get(task.name);
  if (definition === undefined) return undefinedTask(task, delivery, handler, queue, reading);
  if (definition.queue.name !== queue.name) {
    // Who may write to one queue only must not reach the handlers of another by naming them.
    const message = `"${task.name}" belongs to queue "${definition.queue.name}", not to "${queue.name}".`;
    return putAside('unknown-task', 'UnknownTaskError', message);
  }
  return ofItsVersion(task, versionOf(delivery.message.properties.headers), handler, definition, definition, queue);
}

/** One that was written by another version of its definition is lifted before it is checked. */
function ofItsVersion(
  task: ReadTask,
  version: number,
  handler: MessageHandler,
  definition: Defined,
  base: RunPolicy,
  queue: QueueDefinition,
): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
  if (version === definition.version) return withCheckedPayload(task, handler, definition, base, queue);
  const problem = versionProblem(definition, version);
  if (problem !== undefined) return putAside(problem.reason, problem.name, problem.message);
  try {
    const payload = liftPayload(definition, task.payload, version);
    return withCheckedPayload({ ...task, payload }, handler, definition, base, queue);
  } catch (error) {
    return invalidPayload(error, queue);
  }
}

/** What no task is defined for: an event, or what a plain Nest handler takes. */
function undefinedTask(
  task: ReadTask,
  { message: { properties } }: Delivery,
  handler: MessageHandler,
  queue: QueueDefinition,
  { registry }: Reading,
): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
  const { name, payload } = task;
  const event = registry.event(name);
  if (event === undefined) return { name, payload, handler, policy: policyFor(handler, queue) };
  const { exchange } = event;
  if (queue.bindings?.some((binding) => binding.exchange === exchange.name) === true)
    return ofItsVersion(task, versionOf(properties.headers), handler, event, queue, queue);
  const message = `"${name}" is an event of exchange "${exchange.name}", to which "${queue.name}" is not bound.`;
  return putAside('unknown-task', 'UnknownTaskError', message);
}

/** Somebody waits for a request's answer: its failure is the answer, and a later attempt would answer nobody. */
function policyFor({ isEventHandler }: MessageHandler, policy: RunPolicy): RunPolicy {
  return isEventHandler === false ? { ...policy, attempts: 1 } : policy;
}

/** What cannot be read may still say what it is meant to be; nobody's handler is called for that. */
function claimedName({ message }: Delivery): string | undefined {
  const { type } = message.properties;
  return typeof type === 'string' && type !== '' ? type : undefined;
}

/** A queue's format may be a team's own; one that throws has not understood the message. */
function readTask(
  delivery: Delivery,
  queue: QueueDefinition,
): ReadTask | MessageRefusedError | UndecodableMessageError | undefined {
  try {
    return queue.format.read(delivery.message, queue.name);
  } catch (error) {
    return error instanceof MessageRefusedError || error instanceof UndecodableMessageError ? error : undefined;
  }
}

function refused({ name, message }: MessageRefusedError): DeadLettered {
  return putAside('refused', name, message);
}

function withCheckedPayload(
  task: ReadTask,
  handler: MessageHandler,
  definition: Defined,
  base: RunPolicy,
  queue: QueueDefinition,
): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
  const { name } = definition;
  const policy = policyFor(handler, base);
  try {
    const checked = checkPayload(definition, task.payload);
    if (!isPromise(checked)) return { name, payload: checked, handler, policy };
    return checked.then(
      (payload) => ({ name, payload, handler, policy }),
      (error: unknown) => invalidPayload(error, queue),
    );
  } catch (error) {
    return invalidPayload(error, queue);
  }
}

function invalidPayload(error: unknown, { format }: QueueDefinition): Outcome {
  const told = error instanceof Error ? error.message : String(error);
  const message = format.isEncrypted === true && error instanceof InvalidPayloadError ? placesOf(error) : told;
  return putAside('invalid-payload', 'InvalidPayloadError', message);
}

/** Of an encrypted payload: what a schema says of a value may repeat the value. */
function placesOf({ taskName, problems }: InvalidPayloadError): string {
  const places = problems.map(({ path }) => (path === '' ? 'as a whole' : path));
  return `The encrypted payload of "${taskName}" is not valid: ${places.join(', ')}.`;
}
