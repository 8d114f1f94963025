import type { Fields } from '../../connection/client-over';
import { headersOf } from './stored-message';
import type { DeathReason, IncomingToStore, StoredMessage } from './stored-message';

/** One entry of `x-death`: so often a message left this queue for this reason. */
interface Death {
  readonly count: number;
  readonly reason: string;
  readonly queue: string;
  readonly time: unknown;
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
  readonly 'original-expiration'?: string;
}

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
  const deaths = deathsOf(headers);
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
  return {
    exchange,
    routingKey: routingKey ?? message.routingKey,
    content: message.content,
    properties: {
      ...properties,
      headers: {
        ...first,
        ...withoutCounts(headers),
        ...last,
        'x-death': [death, ...deaths.filter((other) => other !== earlier)],
      },
    },
  };
}

/**
 * Whether a message would go round for ever: it has died in this queue before, and nobody has rejected it since. A broker drops
 * it there.
 */
export function goesRound(properties: Fields, queue: string): boolean {
  const deaths = deathsOf(headersOf({ properties }));
  const last = deaths.findIndex((death) => death.queue === queue);
  return last >= 0 && deaths.slice(0, last + 1).every(({ reason }) => reason !== 'rejected');
}

function deathsOf(headers: Readonly<Record<string, unknown>>): readonly Death[] {
  const deaths = headers['x-death'];
  return Array.isArray(deaths) ? (deaths as Death[]) : [];
}

/** What a quorum queue has counted says nothing of the next queue. */
function withoutCounts(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { 'x-delivery-count': _returns, 'x-acquired-count': _handedOut, ...others } = headers;
  return others;
}
