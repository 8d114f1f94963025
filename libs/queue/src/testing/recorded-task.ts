import type { TaskDefinition } from '../define-task';
import { header, numberHeader } from '../message/headers';
import { nestFormat } from '../message/formats';
import type { MessageFormat } from '../message/formats';
import type { OutgoingMessage } from '../message/message';
import { delayOf } from '../topology/delay-levels';
import type { Route } from '../topology/routes';

/** A task that was added, as its message says it. */
export interface RecordedTask {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  /** As it travels: what JSON does not carry is not in it. */
  readonly payload: unknown;
  /** Milliseconds before it may be handed out; 0 for none. */
  readonly delay: number;
  readonly priority: number | undefined;
  /** Until when a run may begin, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** What it was added with besides; Warren's own are left out. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message with its way, as the publisher was given it. */
export interface PublishedMessage {
  readonly route: Route;
  readonly message: OutgoingMessage;
}

/** Headers of a message that is sent on, and was not added. */
const SENT_ON = [header.attempt, header.deadLetterId, header.crashes, header.timesRedriven];

/** Whether a message is an event that was published to an exchange. */
export function isEvent({ route }: PublishedMessage): boolean {
  return route.exchange !== '' && !route.isDelayed;
}

/** Whether a message is a task that was added: not one that is tried again or put aside, no event, no answer and no order. */
export function isAdded({ message: { properties }, route }: PublishedMessage): boolean {
  const { messageId, type, headers } = properties;
  return (
    (route.exchange === '' || route.isDelayed) &&
    messageId !== undefined &&
    type !== undefined &&
    !route.queue.startsWith('warren.') &&
    !SENT_ON.some((name) => name in headers)
  );
}

/** @param format how its queue's messages are written; Nest's unless given */
export function recordedTask({ route, message }: PublishedMessage, format: MessageFormat = nestFormat): RecordedTask {
  const { messageId = '', type = '', priority, headers } = message.properties;
  const { [header.expiresAt]: _expiry, [header.addedAt]: _added, [header.taskVersion]: _version, ...others } = headers;
  return {
    id: messageId,
    name: type,
    queue: route.queue,
    payload: payloadOf(message, route.queue, format),
    delay: route.isDelayed ? delayOf(route.routingKey) : 0,
    priority,
    expiresAt: numberHeader(headers, header.expiresAt),
    headers: others,
  };
}

/** What only somebody with the key reads, a test does not. */
function payloadOf({ content, properties }: OutgoingMessage, queue: string, format: MessageFormat): unknown {
  try {
    return format.read({ content, properties: { ...properties, headers: { ...properties.headers } } }, queue)?.payload;
  } catch {
    return undefined;
  }
}

/** The formats of tasks by their names. */
export function formatsOf(tasks: Iterable<TaskDefinition>): ReadonlyMap<string, MessageFormat> {
  return new Map([...tasks].map(({ name, queue }) => [name, queue.format]));
}
