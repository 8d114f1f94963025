import type { Publisher } from '../connection/publisher';
import type { EventDefinition } from '../define-event';
import { MessageTooLargeError, UnroutableError } from '../errors';
import type { QueueEvents } from '../events';
import { isPromise } from '../is-promise';
import { isMadeFor } from '../message/added-time';
import { checkPayload } from '../message/check-payload';
import { writeTask } from '../message/task-message';
import { traceIdOf } from '../message/trace-headers';
import type { QueueSettings } from '../queue.options';
import { routeToExchange } from '../topology/routes';
import type { TraceHeaders, Tracing } from '../tracing';
import { checkAddOptions } from './add-options';
import type { AddOptions } from './task-queue';
import { newTaskId } from './task-ids';

/** What may be said about one event when it is published. */
export interface PublishOptions extends Pick<AddOptions, 'id' | 'headers' | 'expiresIn' | 'timeout'> {
  /** `false`: it is fine that no queue is bound for it, and then it is gone. Default: `true`, which makes that an `UnroutableError`. */
  readonly mandatory?: boolean;
}

/** An event that the broker has stored in every queue that is bound for it. */
export interface PublishedEvent {
  readonly id: string;
  readonly exchange: string;
}

/** What publishing an event takes. */
interface Publishing {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly settings: Pick<QueueSettings, 'publishTimeout' | 'maxMessageBytes'>;
  readonly events: QueueEvents;
  readonly tracing: Tracing;
  readonly now: () => number;
}

/** Publishes an event, and resolves when the broker has confirmed it: it is in every queue that is bound for it. */
export async function publishEvent(
  parts: Publishing,
  event: EventDefinition,
  payload: unknown,
  options: PublishOptions,
): Promise<PublishedEvent> {
  const { name, version, exchange, format } = event;
  const task = { name, version, queue: { name: exchange.name, format } };
  const store = async (trace?: TraceHeaders): Promise<PublishedEvent> => {
    const now = parts.now();
    const { expiresAt } = checkAddOptions(task, options, now);
    const checked = checkPayload(event, payload);
    if (isPromise(checked)) await checked;
    const id = options.id ?? newTaskId();
    const isKnownId = options.id !== undefined && !isMadeFor(options.id, now);
    const headers = trace === undefined ? options.headers : { ...trace, ...options.headers };
    const message = writeTask(task, payload, { id, now, isKnownId, headers, expiresAt });
    const { maxMessageBytes, publishTimeout } = parts.settings;
    if (message.content.length > maxMessageBytes)
      throw new MessageTooLargeError(message.content.length, maxMessageBytes, name);
    const { timeout = publishTimeout, mandatory = true } = options;
    const route = routeToExchange(exchange.name, event.routingKey);
    const facts = { id, name, exchange: exchange.name, traceId: traceIdOf(headers) };
    await parts.publisher.publish(route, message, timeout, { mandatory }).catch((failure: unknown) => {
      const isUnroutable = failure instanceof UnroutableError;
      const error = isUnroutable ? nobodyListens(event) : failure;
      parts.events.emit('event.unpublished', { ...facts, isUnroutable, error: String(error) });
      throw error;
    });
    parts.events.emit('event.published', facts);
    return { id, exchange: exchange.name };
  };
  return parts.tracing.isOn ? parts.tracing.add('send', task, options, store) : store();
}

function nobodyListens({ name, exchange, routingKey }: EventDefinition): UnroutableError {
  const message =
    `No queue is bound to exchange "${exchange.name}" for event "${name}" (routing key "${routingKey}"). Nothing was ` +
    'stored; the caller still holds the event. Where that is fine: mandatory: false.';
  return new UnroutableError(exchange.name, message);
}
