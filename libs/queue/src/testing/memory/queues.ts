import { randomUUID } from 'node:crypto';
import type { Fields } from '../../connection/client-over';
import { deadLettered, goesRound } from './deaths';
import { Exchanges } from './exchanges';
import { MemoryQueue } from './memory-queue';
import { MemoryStream } from './memory-stream';
import { assertCarriedOut, assertPossible, assertSame, kindOf } from './queue-declaration';
import type { QueueDeclaration } from './queue-declaration';
import { notFound, refusal } from './refusal';
import { headersOf } from './stored-message';
import type { DeathReason, IncomingToStore } from './stored-message';
import type { VirtualClock } from './virtual-clock';

/** What became of a message that came in. */
export type PublishEnd = 'kept' | 'refused' | 'unroutable';

const NO_NUMBER = /\D|^$/;

/** All that a broker keeps: queues, streams, exchanges and their messages. */
export class Queues {
  readonly exchanges = new Exchanges();
  private readonly byName = new Map<string, MemoryQueue | MemoryStream>();
  private taken = 0;

  constructor(private readonly clock: VirtualClock) {}

  get all(): readonly (MemoryQueue | MemoryStream)[] {
    return [...this.byName.values()];
  }

  find(name: string): MemoryQueue | MemoryStream | undefined {
    return this.byName.get(name);
  }

  /**
   * @param asker the connection that asks: a queue that another has to itself is out of its reach
   * @throws Refusal (404, 405) when there is none for it.
   */
  get(name: string, asker: object): MemoryQueue | MemoryStream {
    const queue = this.byName.get(name);
    if (queue === undefined) throw notFound('queue', name);
    if (queue.owner !== undefined && queue.owner !== asker) {
      throw refusal(405, `cannot obtain exclusive access to locked queue '${name}' in vhost '/'`);
    }
    return queue;
  }

  /** @throws Refusal when it exists otherwise, cannot be, or asks for what is not carried out here. */
  declare(wanted: string, declaration: QueueDeclaration, asker: object): MemoryQueue | MemoryStream {
    const name = wanted === '' ? `amq.gen-${randomUUID()}` : wanted;
    assertCarriedOut(name, declaration);
    if (this.byName.has(name)) {
      const queue = this.get(name, asker);
      if (declaration.exclusive && queue.owner === undefined) {
        throw refusal(405, `cannot obtain exclusive access to queue '${name}' in vhost '/'`);
      }
      assertSame(name, queue.declaration, declaration);
      return queue;
    }
    if (wanted.startsWith('amq.')) throw refusal(403, `queue name '${name}' contains reserved prefix 'amq.*'`);
    assertPossible(name, declaration);
    const queue =
      kindOf(declaration) === 'stream'
        ? new MemoryStream(name, declaration, () => this.clock.now)
        : this.queueOf(name, declaration, declaration.exclusive ? asker : undefined);
    this.byName.set(name, queue);
    return queue;
  }

  delete(name: string): void {
    this.byName.get(name)?.end();
    this.byName.delete(name);
    this.exchanges.forget(name);
  }

  /**
   * Takes a message in, to every queue it goes to.
   * @throws Refusal when there is no such exchange, or its expiration is no number.
   */
  publish(message: IncomingToStore): PublishEnd {
    const { expiration } = message.properties;
    if (typeof expiration === 'string' && NO_NUMBER.test(expiration)) {
      throw refusal(406, `invalid expiration '${expiration}': {leftover_string,"${expiration}"}`);
    }
    return this.route(message, () => true);
  }

  private queueOf(name: string, declaration: QueueDeclaration, owner: object | undefined): MemoryQueue {
    const { clock } = this;
    const surroundings = {
      now: () => clock.now,
      at: (time: number, then: () => void) => clock.at(time, then),
      deadLetter: (...[queue, message, reason]: Parameters<Queues['deadLetter']>) =>
        this.deadLetter(queue, message, reason),
    };
    return new MemoryQueue(name, declaration, surroundings, owner);
  }

  private deadLetter(queue: MemoryQueue, message: Parameters<typeof deadLettered>[0], reason: DeathReason): boolean {
    const exchange = String(queue.argument('x-dead-letter-exchange'));
    const given = queue.argument('x-dead-letter-routing-key');
    const routingKey = typeof given === 'string' ? given : undefined;
    const dead = deadLettered(message, { queue: queue.name, reason, now: this.clock.now, exchange, routingKey });
    try {
      return this.route(dead, (name) => !goesRound(dead, name)) === 'kept';
    } catch {
      return false; // there is no such exchange
    }
  }

  private route(message: IncomingToStore, mayEnter: (queue: string) => boolean): PublishEnd {
    const { exchange, routingKey } = message;
    const names = this.exchanges.route(exchange, { routingKey, headers: headersOf(message) });
    const queues = [...names].flatMap((name) => this.byName.get(name) ?? []);
    if (queues.length === 0) return 'unroutable';
    // What would go round for ever is dropped, which is an end as good as any.
    const ends = queues.filter(({ name }) => mayEnter(name)).map((queue) => queue.publish(this.stored(message)));
    return ends.includes(false) ? 'refused' : 'kept'; // one that refuses keeps it from none of the others
  }

  private stored(message: IncomingToStore) {
    this.taken += 1;
    const properties: Fields = { ...message.properties };
    const fresh = { expiresAt: undefined, isRedelivered: false, returns: 0, handedOut: 0 };
    return { ...message, properties, place: this.taken, ...fresh };
  }
}
