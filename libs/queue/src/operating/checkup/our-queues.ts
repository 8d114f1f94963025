import { UNDELIVERED, delayLevels } from '../../topology/delay-levels';
import { deadLetterQueueName, quarantineName } from '../../topology/names';
import { CONTROL_STREAM, EVENTS_STREAM } from '../../topology/streams';
import type { Examined } from './examined';

/** What all work queues share. */
const SHARED = new Set([
  ...delayLevels(true).map(({ queue }) => queue.name),
  UNDELIVERED,
  EVENTS_STREAM,
  CONTROL_STREAM,
]);

/** Whether a queue is defined, belongs to one that is, or is one that all of them share. */
export function isOurs(name: string, { registry }: Examined): boolean {
  return SHARED.has(name) || registry.queues.some((queue) => [queue.name, ...kinOf(queue.name)].includes(name));
}

/** Whether a queue keeps messages that nobody but Warren takes and gives back, as often as somebody looks. */
export function isKept(name: string, { registry }: Examined): boolean {
  return name === UNDELIVERED || registry.queues.some((queue) => kinOf(queue.name).includes(name));
}

function kinOf(queue: string): string[] {
  return [deadLetterQueueName(queue), quarantineName(queue)];
}
