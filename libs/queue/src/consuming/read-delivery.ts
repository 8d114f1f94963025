import type { MessageHandler } from '@nestjs/microservices';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import { isPromise } from '../is-promise';
import { checkPayload } from '../message/check-payload';
import type { ReadTask } from '../message/formats';
import type { RunPolicy } from '../run-policy';
import type { TaskRegistry } from '../task-registry';
import type { Delivery } from './delivery';
import { putAside } from './outcome';
import type { Outcome } from './outcome';

/** A task that can be run: its handler, and the payload as the schema gives it out. */
export interface RunnableTask {
  readonly name: string;
  readonly payload: unknown;
  readonly handler: MessageHandler;
  /** Its definition's, or its queue's when nobody defined it. */
  readonly policy: RunPolicy;
}

export interface Reading {
  readonly registry: TaskRegistry;
  readonly maxMessageBytes: number;
  handlerOf(name: string): MessageHandler | null;
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
  const task = readTask(delivery, queue);
  delivery.name = task?.name ?? claimedName(delivery);
  delivery.requestId = task?.requestId;
  if (delivery.expiresAt !== undefined && delivery.expiresAt <= Date.now()) {
    const message = `Its time to begin a run ended at ${new Date(delivery.expiresAt).toISOString()}.`;
    return putAside('expired', 'ExpiredError', message);
  }
  if (task === undefined) {
    return putAside(
      'undecodable',
      'UndecodableMessageError',
      `The body is not a message of the format of queue "${queue.name}".`,
    );
  }
  const handler = reading.handlerOf(task.name);
  if (handler === null) {
    return putAside('unknown-task', 'UnknownTaskError', `This worker has no handler for "${task.name.slice(0, 200)}".`);
  }
  const definition = reading.registry.get(task.name);
  if (definition === undefined) {
    return { name: task.name, payload: task.payload, handler, policy: policyFor(handler, queue) };
  }
  if (definition.queue.name !== queue.name) {
    // Who may write to one queue only must not reach the handlers of another by naming them.
    const message = `"${task.name}" belongs to queue "${definition.queue.name}", not to "${queue.name}".`;
    return putAside('unknown-task', 'UnknownTaskError', message);
  }
  return withCheckedPayload(task, handler, definition);
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
function readTask(delivery: Delivery, queue: QueueDefinition): ReadTask | undefined {
  try {
    return queue.format.read(delivery.message);
  } catch {
    return undefined;
  }
}

function withCheckedPayload(
  task: ReadTask,
  handler: MessageHandler,
  definition: TaskDefinition,
): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
  const { name } = definition;
  const policy = policyFor(handler, definition);
  try {
    const checked = checkPayload(definition, task.payload);
    if (!isPromise(checked)) return { name, payload: checked, handler, policy };
    return checked.then((payload) => ({ name, payload, handler, policy }), invalidPayload);
  } catch (error) {
    return invalidPayload(error);
  }
}

function invalidPayload(error: unknown): Outcome {
  return putAside('invalid-payload', 'InvalidPayloadError', error instanceof Error ? error.message : String(error));
}
