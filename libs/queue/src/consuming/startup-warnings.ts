import type { TaskDefinition } from '../define-task';
import type { QueueEvents } from '../events';
import { unusedRetryOptions } from '../run-policy';
import type { TaskRegistry } from '../task-registry';

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
 * Tells which tasks of the queues that this worker consumes it cannot do: most often a module that was forgotten.
 * @param hasHandler whether a controller of this worker, or its threads, handle the task of this name
 */
export function warnOfMissingHandlers(
  tasks: readonly TaskDefinition[],
  hasHandler: (name: string) => boolean,
  events: QueueEvents,
): void {
  for (const { name, queue } of tasks) {
    if (!hasHandler(name)) events.emit('handler.missing', { name, queue: queue.name });
  }
}
