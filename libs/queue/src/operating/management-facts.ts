import { isNativeError } from 'node:util/types';
import { DELIVERY_EXCHANGE } from '../topology/delay-levels';

/** One node of the cluster, in the management API's own names. */
export interface ManagedNode {
  readonly name: string;
  readonly running?: boolean;
  readonly mem_alarm?: boolean;
  readonly disk_free_alarm?: boolean;
  readonly disk_free?: number;
  readonly disk_free_limit?: number;
  readonly partitions?: readonly string[];
}

/** One queue, in the management API's own names. */
export interface ManagedQueue {
  readonly name: string;
  readonly messages?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly policy?: string | null;
  readonly operator_policy?: string | null;
  readonly effective_policy_definition?: Readonly<Record<string, unknown>> | null;
  /** The nodes that have a copy, and those of them that are up; of quorum queues and streams only. */
  readonly members?: readonly string[];
  readonly online?: readonly string[];
}

/** One consumer, in the management API's own names. */
export interface ManagedConsumer {
  readonly queue?: { readonly name?: string };
  readonly prefetch_count?: number;
  readonly ack_required?: boolean;
}

/** One binding of an exchange, in the management API's own names. */
export interface ManagedBinding {
  readonly source?: string;
  readonly destination: string;
  readonly destination_type?: string;
  readonly routing_key?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** What a user may do, as patterns. */
export interface ManagedPermissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** What the management API says. What this user may not see there is `undefined`. */
export interface ManagementFacts {
  /** Milliseconds by which the broker's clock is ahead of this one. */
  readonly clockSkew: number;
  readonly nodes: readonly ManagedNode[] | undefined;
  readonly queues: readonly ManagedQueue[] | undefined;
  readonly consumers: readonly ManagedConsumer[] | undefined;
  /** Where delayed tasks come out. */
  readonly deliveries: readonly ManagedBinding[] | undefined;
  /** All of the virtual host. */
  readonly bindings: readonly ManagedBinding[] | undefined;
  readonly permissions: ManagedPermissions | undefined;
}

const TIMEOUT_MS = 5_000;
const QUEUE_COLUMNS = 'name,messages,arguments,policy,operator_policy,effective_policy_definition,members,online';

/** The time stands in whole seconds in an answer's head. */
const HALF_A_SECOND = 500;

/**
 * Asks RabbitMQ's management API for what AMQP has no question for.
 * @param url of the API; without a user in it that of `brokerUrl`
 * @param brokerUrl names the virtual host
 * @returns a sentence where it does not answer, or lets nobody in
 */
export async function askManagement(url: string, brokerUrl: string): Promise<ManagementFacts | string> {
  const api = new ManagementApi(url, brokerUrl);
  try {
    const clockSkew = await api.clockSkew();
    const { vhost, user } = api;
    const [nodes, queues, consumers, deliveries, bindings, permissions] = await Promise.all([
      api.get<readonly ManagedNode[]>('/api/nodes'),
      api.get<readonly ManagedQueue[]>(`/api/queues/${vhost}?columns=${QUEUE_COLUMNS}`),
      api.get<readonly ManagedConsumer[]>(`/api/consumers/${vhost}`),
      api.get<readonly ManagedBinding[]>(`/api/exchanges/${vhost}/${DELIVERY_EXCHANGE}/bindings/source`),
      api.get<readonly ManagedBinding[]>(`/api/bindings/${vhost}`),
      api.get<ManagedPermissions>(`/api/permissions/${vhost}/${user}`),
    ]);
    return { clockSkew, nodes, queues, consumers, deliveries, bindings, permissions };
  } catch (error) {
    return `the management API does not answer (${reasonOf(error)})`;
  }
}

/** Of a request that could not be made the cause alone says why. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

class ManagementApi {
  /** The virtual host and the user of the queues, both ready for a path. */
  readonly vhost: string;
  readonly user: string;
  private readonly base: URL;
  private readonly authorization: string;

  constructor(url: string, brokerUrl: string) {
    this.base = new URL(url);
    const broker = new URL(brokerUrl);
    const login = this.base.username === '' ? broker : this.base;
    const [user, password] = [login.username || 'guest', login.password || 'guest'].map(decodeURIComponent);
    this.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    this.user = encodeURIComponent(decodeURIComponent(broker.username || 'guest'));
    this.vhost = encodeURIComponent(decodeURIComponent(broker.pathname.slice(1)) || '/');
    this.base.username = '';
    this.base.password = '';
  }

  /** @throws what is wrong, when it lets nobody in */
  async clockSkew(): Promise<number> {
    const asked = Date.now();
    const answer = await this.ask('/api/whoami');
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const theirs = Date.parse(answer.headers.get('date') ?? '') + HALF_A_SECOND;
    return theirs - (asked + Date.now()) / 2;
  }

  /** `undefined` where this user may not look, and where there is nothing to see. */
  async get<Answer>(path: string): Promise<Answer | undefined> {
    const answer = await this.ask(path);
    return answer.ok ? ((await answer.json()) as Answer) : undefined;
  }

  private ask(path: string): Promise<Response> {
    const at = new URL(`${this.base.href.replace(/\/$/, '')}${path}`);
    return fetch(at, { headers: { authorization: this.authorization }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}
