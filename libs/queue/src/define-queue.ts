import type { Backoff } from './consuming/backoff';
import { DefinitionError } from './errors';
import { nestFormat } from './message/formats';
import type { MessageFormat } from './message/formats';
import { runPolicy } from './run-policy';
import type { RunPolicy, RunPolicyInput } from './run-policy';
import { assertBindings } from './topology/bindings';
import type { QueueBinding } from './topology/bindings';
import { assertQueueName } from './topology/names';

/** `quorum`: replicated, survives the loss of a node. `classic`: one plain durable queue, declared with no arguments. */
export type QueueType = 'quorum' | 'classic';

/** How a queue is declared that another program declares as well, which the broker takes only when both say the same. */
export interface QueueDeclaration {
  /** Whether it outlives a restart of the broker. Default: `true`. */
  readonly durable?: boolean;
  /** Whether it goes with its last consumer. Default: `false`. */
  readonly autoDelete?: boolean;
  /** As the broker calls them (`x-message-ttl`). Default: none. */
  readonly arguments?: Readonly<Record<string, string | number | boolean>>;
}

/** What `defineQueue` takes. What it says of attempts and timeouts is the default of the queue's tasks. */
export interface QueueDefinitionInput extends RunPolicyInput {
  /** The broker's name of the queue, 1 to 190 bytes; may not begin with `amq.` or `delay.` nor end with `.dlq` or `.quarantine`. */
  readonly name: string;
  /** How the queue is declared. Default: the `queueType` option (`QUEUE_TYPE`), which is `quorum`. */
  readonly type?: QueueType;
  /** Tasks of this queue that one worker process handles at once; its prefetch. 1 to 10,000. Default: `concurrency` (`WORKER_CONCURRENCY`). */
  readonly concurrency?: number;
  /** How the queue's messages are written and read. Default: {@link nestFormat}, Nest's `{"pattern","data"}`. */
  readonly format?: MessageFormat;
  /**
   * The highest priority a task of this queue may have; without it no task may have one. On a `classic` queue 1 to 255, an
   * argument of the queue (`x-max-priority`; RabbitMQ advises few). On a `quorum` queue 1 to 31 and RabbitMQ 4 at least, which
   * before 4.3 knows only two levels, up to 4 and from 5 on; an older broker is an error at the start.
   */
  readonly maxPriority?: number;
  /**
   * Exchanges that it gets messages from, besides those that are added to it: publish and subscribe. A worker declares them before it consumes.
   * One that is not defined any more stays until somebody takes it away: `warren bindings`.
   */
  readonly bindings?: readonly QueueBinding[];
  /** Declares it exactly so, or with `false` not at all: a queue of another program. Its dead-letter queue and quarantine are Warren's own. Default: by its `type`. */
  readonly declaredAs?: QueueDeclaration | false;
  /** What its consumer is called on the broker's pages. Default: the broker finds a name. */
  readonly consumerTag?: string;
}

/** A work queue as both sides know it. Made by {@link defineQueue}. */
export interface QueueDefinition extends QueueDefinitionInput, RunPolicy {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly format: MessageFormat;
}

/** As of `WORKER_CONCURRENCY`; AMQP has 16 bits for a prefetch. */
const MAX_CONCURRENCY = 10_000;

/**
 * Defines a work queue. Only needed for a queue that differs from the defaults; a task definition may also name its
 * queue by a plain string.
 * @throws DefinitionError when the name or another value cannot be used.
 */
export function defineQueue(input: QueueDefinitionInput): QueueDefinition {
  assertQueueName(input.name);
  const { concurrency } = input;
  if (
    concurrency !== undefined &&
    !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY)
  ) {
    throw new DefinitionError(
      `Queue "${input.name}": concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}, not ${concurrency}.`,
    );
  }
  const { maxPriority } = input;
  if (maxPriority !== undefined && !(Number.isInteger(maxPriority) && maxPriority >= 1 && maxPriority <= 255)) {
    throw new DefinitionError(
      `Queue "${input.name}": maxPriority must be a whole number from 1 to 255, not ${maxPriority}.`,
    );
  }
  if (input.bindings !== undefined) assertBindings(input.name, input.bindings);
  return Object.freeze({ ...input, ...runPolicy(`Queue "${input.name}"`, input), format: input.format ?? nestFormat });
}

/** Why a task of this queue cannot have this priority; `undefined` when it can. */
export function priorityProblem(
  { name, maxPriority }: Pick<QueueDefinition, 'name' | 'maxPriority'>,
  priority: number,
): string | undefined {
  if (maxPriority === undefined) return `needs a queue with maxPriority, and "${name}" has none`;
  if (Number.isInteger(priority) && priority >= 0 && priority <= maxPriority) return undefined;
  return `must be a whole number from 0 to ${maxPriority} (the maxPriority of queue "${name}")`;
}
