import { CONTROL_STREAM, EVENTS_STREAM } from './streams';

/** What somebody does with the broker. */
export const BROKER_ROLES = ['producer', 'worker', 'operator', 'dashboard', 'scaler'] as const;

/**
 * `producer`: adds tasks, also delayed ones, and tells what became of them. `worker`: handles tasks. `operator`: the command line: looks into
 * queues, redrives and purges dead letters, cancels and pauses. `dashboard`: the same from a page, and reads the broker's own statistics.
 * `scaler`: asks the broker's management how long the queues are (KEDA), and may touch nothing.
 */
export type BrokerRole = (typeof BROKER_ROLES)[number];

/** Regular expressions on the names of queues and exchanges, as RabbitMQ takes them for a user in a virtual host. */
export interface BrokerPermissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** A user of the broker with no more rights than a role needs. */
export interface BrokerUser extends BrokerPermissions {
  readonly role: BrokerRole;
  /** For the broker's management, which asks for tags rather than permissions; none for the apps that do without it. */
  readonly tags: readonly string[];
}

const STREAMS: readonly string[] = [EVENTS_STREAM, CONTROL_STREAM];

/** Messages are published through the default exchange, which LavinMQ calls by its empty name. */
const DEFAULT_EXCHANGE = String.raw`amq\.default|`;

const NOTHING = '^$';

const DELAYS = String.raw`delay\..*`;

/** What each role reads of a work queue besides the queue itself, and which streams. */
const READS: Readonly<
  Record<Exclude<BrokerRole, 'scaler'>, { readonly besides: readonly string[]; readonly streams: readonly string[] }>
> = {
  producer: { besides: [], streams: [EVENTS_STREAM] },
  worker: { besides: ['quarantine'], streams: [CONTROL_STREAM] },
  operator: { besides: ['dlq', 'quarantine'], streams: STREAMS },
  dashboard: { besides: ['dlq', 'quarantine'], streams: STREAMS },
};

const TAGS: Readonly<Record<BrokerRole, readonly string[]>> = {
  producer: [],
  worker: [],
  operator: ['management'],
  dashboard: ['monitoring'],
  scaler: ['management'],
};

/**
 * The rights that a role needs for these work queues: those that docs/topology.md explains, and the streams. `read` on a work queue is
 * needed for declaring it, `write` on it for binding it to the delays.
 * @param exchanges that events are published to and queues are bound to
 */
export function brokerUser(role: BrokerRole, queues: readonly string[], exchanges: readonly string[] = []): BrokerUser {
  if (role === 'scaler') return { role, tags: TAGS[role], configure: NOTHING, write: NOTHING, read: NOTHING };
  const work = `(${queues.map(escaped).join('|')})`;
  const { besides, streams } = READS[role];
  const suffixes = (words: readonly string[]): string =>
    words.length === 0 ? '' : String.raw`(\.(${words.join('|')}))?`;
  return {
    role,
    tags: TAGS[role],
    configure: anyOf(work + suffixes(['dlq', 'quarantine']), DELAYS, ...[...STREAMS, ...exchanges].map(escaped)),
    write: anyOf(DEFAULT_EXCHANGE, work, DELAYS, ...exchanges.map(escaped)),
    read: anyOf(work + suffixes(besides), DELAYS, ...[...streams, ...exchanges].map(escaped)),
  };
}

function anyOf(...expressions: readonly string[]): string {
  return `^(${expressions.join('|')})$`;
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
