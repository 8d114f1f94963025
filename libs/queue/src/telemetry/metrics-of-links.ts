import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Publisher } from '../connection/publisher';
import type { TaskServer } from '../consuming/task-server';
import {
  ConfirmTimeoutError,
  EventRefusedError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  TopologyError,
  UnconfirmedError,
  UnroutableError,
} from '../errors';
import type { ConnectionRole, QueueEvents } from '../events';
import { OTHER } from './task-series';

const CONFIRM_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The errors a publish ends with; what is none of them is `other`. */
const PUBLISH_ERRORS = [
  ConfirmTimeoutError,
  EventRefusedError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  TopologyError,
  UnconfirmedError,
  UnroutableError,
].map(({ name }) => name);

/** What one connection did, as its events tell. */
interface Link {
  isOpen: boolean;
  isBlocked: boolean;
  wasOpen: boolean;
}

/** The connections to the broker: open, blocked, opened again. */
export function registerConnectionMetrics(
  register: Registry,
  events: QueueEvents,
  server: Pick<TaskServer, 'state'>,
): void {
  const links = new Map<ConnectionRole, Link>();
  const linkOf = (role: ConnectionRole): Link => {
    const link = links.get(role) ?? { isOpen: false, isBlocked: false, wasOpen: false };
    links.set(role, link);
    return link;
  };
  const reconnects = new Counter({
    name: 'warren_connection_reconnects_total',
    help: 'Connections to the broker that were opened again after a loss.',
    labelNames: ['role'],
    registers: [register],
  });
  const gaugeOf = (name: string, help: string, value: (link: Link) => boolean): void => {
    const collect = (): void => {
      for (const role of rolesOf(server)) linkOf(role); // one that never opened is shown as well
      for (const [role, link] of links) gauge.set({ role }, Number(value(link)));
    };
    const gauge: Gauge = new Gauge({ name, help, labelNames: ['role'], registers: [register], collect });
  };
  gaugeOf(
    'warren_connection_up',
    'Whether the connection to the broker is open (1) or not (0).',
    (link) => link.isOpen,
  );
  gaugeOf(
    'warren_connection_blocked',
    'Whether the broker reads nothing that is published on this connection, for a memory or disk alarm (1), or does (0).',
    (link) => link.isBlocked,
  );
  events.on('connection.open', ({ role }) => {
    if (role === 'browsing') return; // it comes and goes as it is meant to
    const link = linkOf(role);
    reconnects.inc({ role }, Number(link.wasOpen));
    Object.assign(link, { isOpen: true, isBlocked: false, wasOpen: true });
  });
  const change = (role: ConnectionRole, to: Partial<Link>): void => {
    const link = links.get(role);
    if (link !== undefined) Object.assign(link, to);
  };
  events.on('connection.lost', ({ role }) => change(role, { isOpen: false, isBlocked: false }));
  events.on('connection.blocked', ({ role }) => change(role, { isBlocked: true }));
  events.on('connection.unblocked', ({ role }) => change(role, { isBlocked: false }));
}

function rolesOf({ state }: Pick<TaskServer, 'state'>): ConnectionRole[] {
  return state === 'idle' ? ['producing'] : ['producing', 'consuming'];
}

/** What is published: how soon it is confirmed, what fails, and what waits. Tasks, retries, dead letters and answers alike. */
export function registerPublishMetrics(
  register: Registry,
  publisher: Pick<Publisher, 'pending' | 'pendingBytes' | 'watch'>,
): void {
  const registers = [register];
  const confirms = new Histogram({
    name: 'warren_publish_confirm_seconds',
    help: 'From the moment a message was to be published to the broker’s confirm, a wait for the broker included.',
    buckets: CONFIRM_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'warren_publish_failures_total',
    help: 'Messages that were not published, or not for certain, by the error that their sender was told.',
    labelNames: ['error'],
    registers,
  });
  const pending: Gauge = new Gauge({
    name: 'warren_publishes_pending',
    help: 'Messages in memory that wait for the broker or its confirm.',
    registers,
    collect: () => pending.set(publisher.pending),
  });
  const bytes: Gauge = new Gauge({
    name: 'warren_publishes_pending_bytes',
    help: 'Bytes of the messages in memory that wait for the broker or its confirm.',
    registers,
    collect: () => bytes.set(publisher.pendingBytes),
  });
  for (const error of PUBLISH_ERRORS) failures.inc({ error }, 0);
  publisher.watch((milliseconds, error) => {
    if (error === undefined) confirms.observe(milliseconds / 1_000);
    else failures.inc({ error: PUBLISH_ERRORS.includes(error.name) ? error.name : OTHER });
  });
}
