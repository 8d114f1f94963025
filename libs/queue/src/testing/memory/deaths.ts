import { headersOf } from './stored-message';
import type { Death, DeathReason, IncomingToStore, StoredMessage } from './stored-message';

/** The message that goes on when one is dead-lettered: without its expiration where that has ended it, and with what happened in its headers. */
export function deadLettered(
  message: StoredMessage,
  {
    queue,
    reason,
    now,
    exchange,
    routingKey,
  }: {
    readonly queue: string;
    readonly reason: DeathReason;
    /** Milliseconds since 1970. */
    readonly now: number;
    readonly exchange: string;
    readonly routingKey: string | undefined;
  },
): IncomingToStore {
  const headers = headersOf(message);
  const { expiration, ...properties } = message.properties;
  const { deaths = [] } = message;
  const earlier = deaths.find((death) => death.queue === queue && death.reason === reason);
  const death: Death = {
    count: (earlier?.count ?? 0) + 1,
    reason,
    queue,
    time: { '!': 'timestamp', value: Math.floor(now / 1_000) },
    exchange: message.exchange,
    'routing-keys': [message.routingKey],
    ...(typeof expiration === 'string' ? { 'original-expiration': expiration } : {}),
  };
  const first = {
    'x-first-death-exchange': message.exchange,
    'x-first-death-queue': queue,
    'x-first-death-reason': reason,
  };
  const last = {
    'x-last-death-exchange': message.exchange,
    'x-last-death-queue': queue,
    'x-last-death-reason': reason,
  };
  const told = [death, ...deaths.filter((other) => other !== earlier)];
  return {
    exchange,
    routingKey: routingKey ?? message.routingKey,
    content: message.content,
    deaths: told,
    properties: {
      ...properties,
      headers: { ...withoutCounts(headers), ...(deaths.length === 0 ? first : {}), ...last, 'x-death': told },
    },
  };
}

/**
 * Whether a message would go round for ever: it has died in this queue before, and nobody has rejected it since. A broker drops
 * it there.
 */
export function goesRound({ deaths = [] }: IncomingToStore, queue: string): boolean {
  const last = deaths.findIndex((death) => death.queue === queue);
  return last >= 0 && deaths.slice(0, last + 1).every(({ reason }) => reason !== 'rejected');
}

/** What a quorum queue has counted says nothing of the next queue. */
function withoutCounts(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { 'x-delivery-count': _returns, 'x-acquired-count': _handedOut, ...others } = headers;
  return others;
}
