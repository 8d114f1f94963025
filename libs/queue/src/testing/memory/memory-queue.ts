import { Outlets } from './outlet';
import type { Outlet } from './outlet';
import { kindOf } from './queue-declaration';
import type { QueueDeclaration } from './queue-declaration';
import { ReadyMessages } from './ready-messages';
import { refusal } from './refusal';
import { headersOf } from './stored-message';
import type { DeathReason, StoredMessage } from './stored-message';

/** How a message comes back: given back unharmed, given back as failed, or with its channel. */
export type ReturnKind = 'nack' | 'reject' | 'lost';

/** What a queue asks of its broker. */
export interface QueueSurroundings {
  readonly now: () => number;
  /** Calls once the time has come; what it returns calls it off. */
  at(time: number, then: () => void): () => void;
  /** Sends a message on its way to where the queue's dead letters go; `false` when nothing took it. */
  deadLetter(queue: MemoryQueue, message: StoredMessage, reason: DeathReason): boolean;
}

/** A queue of either kind that channels hold messages of. */
export interface HeldQueue {
  readonly name: string;
  /** It was acknowledged: the queue forgets it. */
  settle(message: StoredMessage): void;
  /** It comes back. */
  giveBack(message: StoredMessage, how: ReturnKind): void;
  /** It was refused for good. */
  refuse(message: StoredMessage): void;
  /** An outlet may have room again. */
  handOut(): void;
  unsubscribe(outlet: Outlet): void;
}

/** From RabbitMQ 4.0 on a quorum queue that says nothing of it gives up after so many returns. */
const DEFAULT_DELIVERY_LIMIT = 20;

/** A quorum queue's message without a priority ranks as one with this. */
const QUORUM_PRIORITY = 4;
const QUORUM_MAX_PRIORITY = 31;

/** A dead letter that is kept until somebody takes it is tried again after so many milliseconds. */
const TRY_AGAIN_MS = 180_000;

/** A classic or quorum queue, as RabbitMQ 4.3 keeps it. */
export class MemoryQueue implements HeldQueue {
  readonly isQuorum: boolean;
  private readonly ready: ReadyMessages;
  private readonly outlets = new Outlets();
  /** Dead letters that found no way, of a queue that lets go of none. */
  private readonly stranded: { readonly message: StoredMessage; readonly reason: DeathReason }[] = [];
  private inHand = 0;
  private callOff: () => void = () => undefined;

  constructor(
    readonly name: string,
    readonly declaration: QueueDeclaration,
    private readonly surroundings: QueueSurroundings,
    /** The connection that has it to itself. */
    readonly owner: object | undefined,
  ) {
    this.isQuorum = kindOf(declaration) === 'quorum';
    this.ready = new ReadyMessages(this.isQuorum, (message) => this.priorityOf(message));
  }

  get readyCount(): number {
    return this.ready.size;
  }

  get unsettledCount(): number {
    return this.inHand;
  }

  get consumerCount(): number {
    return this.outlets.size;
  }

  /** What waits, as it would be handed out. */
  get messages(): readonly StoredMessage[] {
    return this.ready.all();
  }

  argument(name: string): unknown {
    return this.declaration.arguments[name];
  }

  /** `false`: it is full, and refuses. */
  publish(message: StoredMessage): boolean {
    const most = this.argument('x-max-length');
    const isFull = typeof most === 'number' && this.ready.size >= most;
    if (isFull && this.argument('x-overflow') === 'reject-publish') return false;
    const ttl = this.argument('x-message-ttl');
    const own = message.properties['expiration'];
    const lifetime = Math.min(
      typeof ttl === 'number' ? ttl : Infinity,
      typeof own === 'string' ? Number(own) : Infinity,
    );
    if (lifetime < Infinity) message.expiresAt = this.surroundings.now() + lifetime;
    const outlet = this.ready.size === 0 ? this.outlets.next() : undefined;
    if (outlet === undefined) {
      this.ready.add(message);
      if (isFull) this.dropFirst();
      this.handOut();
    } else {
      this.handTo(outlet, message); // what expires at once is handed out when somebody waits for it
    }
    return true;
  }

  handOut(): void {
    this.expire();
    for (let first = this.ready.first; first !== undefined; first = this.ready.first) {
      const outlet = this.outlets.next();
      if (outlet === undefined) return;
      this.ready.remove(first);
      this.handTo(outlet, first);
      this.expire();
    }
  }

  /** Takes the first message, for somebody who has no consumer. */
  get(): { readonly message: StoredMessage; readonly headers: Readonly<Record<string, unknown>> } | undefined {
    this.expire();
    const message = this.ready.first;
    if (message === undefined) return undefined;
    this.ready.remove(message);
    this.inHand += 1;
    message.handedOut += 1;
    this.expire();
    return { message, headers: this.headersFor(message) };
  }

  subscribe(outlet: Outlet, given: Readonly<Record<string, unknown>>): void {
    if ('x-stream-offset' in given) {
      throw refusal(406, `x-stream-offset is not supported by queue '${this.name}' in vhost '/'`);
    }
    if (this.outlets.hasExclusive || (outlet.isExclusive && this.outlets.size > 0)) {
      throw refusal(403, `queue '${this.name}' in vhost '/' in exclusive use`);
    }
    this.outlets.add(outlet);
  }

  unsubscribe(outlet: Outlet): void {
    this.outlets.delete(outlet);
  }

  settle(): void {
    this.inHand -= 1;
  }

  giveBack(message: StoredMessage, how: ReturnKind): void {
    this.inHand -= 1;
    message.isRedelivered = true;
    if (how !== 'nack') message.returns += 1; // RabbitMQ 4.3: only what failed counts
    if (this.isQuorum && message.returns > this.deliveryLimit) this.bury(message, 'delivery_limit');
    else this.ready.giveBack(message);
  }

  refuse(message: StoredMessage): void {
    this.inHand -= 1;
    this.bury(message, 'rejected');
  }

  /** @returns how many messages waited */
  purge(): number {
    const { size } = this.ready;
    this.ready.clear();
    this.callOff();
    return size;
  }

  /** It is deleted: its consumers are told. */
  end(): void {
    this.callOff();
    this.outlets.cancelAll();
  }

  private handTo(outlet: Outlet, message: StoredMessage): void {
    message.handedOut += 1;
    if (!outlet.take(message, this.headersFor(message))) this.inHand += 1;
  }

  private headersFor(message: StoredMessage): Readonly<Record<string, unknown>> {
    const headers = headersOf(message);
    if (!this.isQuorum || message.handedOut < 2) return headers;
    const returns = message.returns > 0 ? { 'x-delivery-count': message.returns } : {};
    return { ...headers, ...returns, 'x-acquired-count': message.handedOut - 1 };
  }

  private get deliveryLimit(): number {
    const limit = this.argument('x-delivery-limit');
    if (typeof limit !== 'number') return DEFAULT_DELIVERY_LIMIT;
    return limit < 0 ? Infinity : limit;
  }

  private priorityOf({ properties }: StoredMessage): number {
    const { priority } = properties;
    const given = typeof priority === 'number' ? priority : undefined;
    if (this.isQuorum) return Math.min(given ?? QUORUM_PRIORITY, QUORUM_MAX_PRIORITY);
    const most = this.argument('x-max-priority');
    return typeof most === 'number' ? Math.min(given ?? 0, most) : 0;
  }

  /** Messages expire when they stand first, and not before. */
  private expire(): void {
    const now = this.surroundings.now();
    const isOver = ({ expiresAt = Infinity }: StoredMessage): boolean => expiresAt <= now;
    for (let over = this.ready.heads.find(isOver); over !== undefined; over = this.ready.heads.find(isOver)) {
      this.ready.remove(over);
      this.bury(over, 'expired');
    }
    this.callOff();
    const next = Math.min(...this.ready.heads.map(({ expiresAt = Infinity }) => expiresAt));
    if (next < Infinity) this.callOff = this.surroundings.at(next, () => this.handOut());
  }

  private dropFirst(): void {
    const { first } = this.ready;
    if (first === undefined) return;
    this.ready.remove(first);
    this.bury(first, 'maxlen');
  }

  private bury(message: StoredMessage, reason: DeathReason): void {
    if (typeof this.argument('x-dead-letter-exchange') !== 'string') return;
    if (this.surroundings.deadLetter(this, message, reason)) return;
    if (!this.isQuorum || this.argument('x-dead-letter-strategy') !== 'at-least-once') return;
    this.stranded.push({ message, reason });
    if (this.stranded.length === 1) this.tryAgainLater();
  }

  private tryAgainLater(): void {
    this.surroundings.at(this.surroundings.now() + TRY_AGAIN_MS, () => {
      for (const { message, reason } of this.stranded.splice(0)) this.bury(message, reason);
    });
  }
}
