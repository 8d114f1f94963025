import { DefinitionError } from './errors';
import { nestFormat } from './message/formats';
import type { MessageFormat } from './message/formats';
import { assertQueueName } from './topology/names';

/** `quorum`: replicated, survives the loss of a node. `classic`: one plain durable queue, declared with no arguments. */
export type QueueType = 'quorum' | 'classic';

/** What `defineQueue` takes. */
export interface QueueDefinitionInput {
  /** The broker's name of the queue, 1 to 200 bytes; may not begin with `amq.` nor end with `.dlq`. */
  readonly name: string;
  /** How the queue is declared. Default: the `queueType` option (`QUEUE_TYPE`), which is `quorum`. */
  readonly type?: QueueType;
  /** Tasks of this queue that one worker process handles at once; its prefetch. Default: `concurrency` (`WORKER_CONCURRENCY`). */
  readonly concurrency?: number;
  /** How the queue's messages are written and read. Default: {@link nestFormat}, Nest's `{"pattern","data"}`. */
  readonly format?: MessageFormat;
}

/** A work queue as both sides know it. Made by {@link defineQueue}. */
export interface QueueDefinition extends QueueDefinitionInput {
  readonly format: MessageFormat;
}

/**
 * Defines a work queue. Only needed for a queue that differs from the defaults; a task definition may also name its
 * queue by a plain string.
 * @throws DefinitionError when the name or the concurrency cannot be used.
 */
export function defineQueue(input: QueueDefinitionInput): QueueDefinition {
  assertQueueName(input.name);
  if (input.concurrency !== undefined && !(Number.isInteger(input.concurrency) && input.concurrency >= 1)) {
    throw new DefinitionError(
      `Queue "${input.name}": concurrency must be a whole number from 1, not ${input.concurrency}.`,
    );
  }
  return Object.freeze({ ...input, format: input.format ?? nestFormat });
}
