import { Line } from '../line';
import type { QueueSettings } from '../queue.options';
import type { PendingPublish } from './pending-publish';

type Limits = Pick<QueueSettings, 'publishBufferMessages' | 'publishBufferBytes'>;

/** Sent and not confirmed at once; beyond it messages wait here rather than in the socket's buffer. */
const WINDOW = 2_000;

/**
 * Every publish that has not ended: what waits to be sent and what is in flight, in order, and the memory it takes. What waits for its route
 * to be declared stands aside meanwhile, a line for each declaration, so that nobody who sends walks past it again and again.
 */
export class PublishBuffer {
  private readonly waiting = new Line<PendingPublish>();
  private readonly inFlight = new Line<PendingPublish>();
  private readonly aside = new Map<string, Line<PendingPublish>>();
  private count = 0;
  private pendingBytes = 0;

  constructor(private readonly limits: Limits) {}

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.pendingBytes;
  }

  /** Whether half of the messages or of the bytes that it takes are there. */
  get isHalfFull(): boolean {
    const { publishBufferMessages, publishBufferBytes } = this.limits;
    return this.size * 2 >= publishBufferMessages || this.bytes * 2 >= publishBufferBytes;
  }

  /** What waits to be sent, oldest first. */
  get unsent(): Line<PendingPublish> {
    return this.waiting;
  }

  /** Everything, what was sent first. */
  all(): PendingPublish[] {
    return [...this.inFlight, ...[...this.aside.values()].flatMap((line) => [...line]), ...this.waiting];
  }

  /** One message always has room, however large it is. */
  hasRoomFor(pending: PendingPublish): boolean {
    if (this.size === 0) return true;
    const { publishBufferMessages, publishBufferBytes } = this.limits;
    return this.size < publishBufferMessages && this.pendingBytes + pending.bytes <= publishBufferBytes;
  }

  add(pending: PendingPublish): void {
    this.count += 1;
    this.pendingBytes += pending.bytes;
    this.waiting.add(pending);
  }

  /** It has ended; `false` when it had before. */
  delete(pending: PendingPublish): boolean {
    if (pending.line?.delete(pending) !== true) return false;
    this.count -= 1;
    this.pendingBytes -= pending.bytes;
    return true;
  }

  /** It waits to be sent, and for the declaration of this key. */
  setAside(pending: PendingPublish, key: string): void {
    let line = this.aside.get(key);
    if (line === undefined) this.aside.set(key, (line = new Line()));
    this.waiting.delete(pending);
    line.add(pending);
  }

  /** What was set aside for this declaration stands in front again of what waits to be sent; it came before. */
  bringBack(key: string): void {
    const line = this.aside.get(key);
    this.aside.delete(key);
    for (let last = line?.last; last !== undefined; last = line?.last) {
      line?.delete(last);
      this.waiting.addFirst(last);
    }
  }

  /** The same of all that was set aside. */
  bringAllBack(): void {
    for (const key of this.aside.keys()) this.bringBack(key);
  }

  /**
   * Whether it may be sent now. Nothing travels beside a suspect (see `MAX_CHANNEL_ERRORS`), so that the next error of
   * the channel tells which message it is about.
   */
  maySend(pending: PendingPublish): boolean {
    const { first: oldest = pending } = this.inFlight;
    const window = pending.channelErrors > 0 || oldest.channelErrors > 0 ? 1 : WINDOW;
    return this.inFlight.size < window;
  }

  send(pending: PendingPublish): void {
    this.waiting.delete(pending);
    this.inFlight.add(pending);
    pending.isReturned = false;
  }

  /** What was in flight goes back in front of what waits, because its confirm will not come; it is what this returns. */
  takeBack(): PendingPublish[] {
    this.bringAllBack();
    const unconfirmed = [...this.inFlight];
    for (const pending of unconfirmed.toReversed()) {
      this.inFlight.delete(pending);
      this.waiting.addFirst(pending);
    }
    return unconfirmed;
  }

  /** The broker has no queue for a message in flight, and says so before it confirms it. */
  markReturned(routingKey: string, identity: string): void {
    let pending = this.inFlight.first;
    while (pending !== undefined && !pending.isReturnedAs(routingKey, identity)) pending = pending.behind;
    if (pending !== undefined) pending.isReturned = true;
  }
}
