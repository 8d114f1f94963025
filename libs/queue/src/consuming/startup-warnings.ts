import type { MessageHandler } from '@nestjs/microservices';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import type { QueueEvents } from '../events';
import { unusedRetryOptions } from '../run-policy';
import type { TaskRegistry } from '../task-registry';
import { isRoutedBy } from '../topology/bindings';
import { hasWildcard } from '../topology/topic-pattern';

/**
 * Tells what a worker's definitions say and what will not be as it was meant. Nothing is refused for it.
 * @param brokerAckTimeout milliseconds the broker waits for an acknowledgement
 */
export function warnOfDefinitions(
  { tasks, queues }: TaskRegistry,
  brokerAckTimeout: number,
  events: QueueEvents,
): void {
  // The broker takes back what is unacknowledged for too long, and hands it out again while its run goes on.
  for (const { name, timeout = 0 } of [...tasks, ...queues]) {
    if (timeout > brokerAckTimeout) events.emit('timeout.too-long', { name, timeout, brokerAckTimeout });
  }
  const warn = (name: string, options: readonly string[]): void => {
    if (options.length > 0) events.emit('attempts.missing', { name, options });
  };
  for (const task of tasks) warn(task.name, unusedRetryOptions(task, task.queue));
  for (const queue of queues) {
    const isUsed = tasks.some((task) => task.queue.name === queue.name && task.attempts > 1);
    if (!isUsed) warn(queue.name, unusedRetryOptions(queue));
  }
}

/**
 * Tells of each queue whose tasks run in threads and that has more slots than there are threads: a task that has such a slot waits in this worker,
 * and no other one can take it.
 * @param tasks of the queues that this worker consumes
 * @param threads of this worker; 0: it runs such tasks itself
 */
export function warnOfThreads(
  tasks: readonly TaskDefinition[],
  threads: number,
  slotsOf: (task: TaskDefinition) => number,
  events: QueueEvents,
): void {
  if (threads === 0) return;
  const slots = new Map<string, number>();
  for (const task of tasks) if (task.runIn === 'thread') slots.set(task.queue.name, slotsOf(task));
  for (const [queue, concurrency] of slots)
    if (concurrency > threads) events.emit('threads.too-few', { queue, concurrency, threads });
}

/** What a worker is to handle, and what it has for that. */
export interface HandlersAtStart {
  readonly registry: TaskRegistry;
  /** Those that it consumes. */
  readonly queues: readonly QueueDefinition[];
  /** By their patterns; those of its threads are among them. */
  readonly handlers: ReadonlyMap<string, MessageHandler>;
  readonly handlerOf: (name: string, queue: QueueDefinition) => MessageHandler | null;
}

/**
 * Tells which tasks and events of the queues that this worker consumes it cannot do, most often for a module that was forgotten; and which of its
 * handlers are of names that nobody has defined, most often for a definition that was.
 */
export function tellOfHandlers({ registry, queues, handlers, handlerOf }: HandlersAtStart, events: QueueEvents): void {
  for (const queue of queues) {
    const { name, bindings = [] } = queue;
    const tasks = registry.tasks.filter((task) => task.queue.name === name);
    const published = registry.events.filter(({ exchange, routingKey }) =>
      bindings.some((binding) => isRoutedBy(binding, exchange.name, routingKey)),
    );
    for (const wanted of [...tasks, ...published])
      if (handlerOf(wanted.name, queue) === null) events.emit('handler.missing', { name: wanted.name, queue: name });
  }
  const isDefined = (name: string): boolean => registry.get(name) !== undefined || registry.event(name) !== undefined;
  // Requests have no definitions, and patterns stand for many names.
  const names = [...handlers].flatMap(([pattern, { isEventHandler }]) =>
    isEventHandler === false || hasWildcard(pattern) || isDefined(pattern) ? [] : [pattern],
  );
  if (names.length > 0) events.emit('definition.missing', { names });
}
