import type { QueueSettings } from '../queue.options';
import type { PendingPublish } from './pending-publish';

type Limits = Pick<QueueSettings, 'publishBufferMessages' | 'publishBufferBytes'>;

/** Sent and not confirmed at once; beyond it messages wait here rather than in the socket's buffer. */
const WINDOW = 2_000;

/** Every publish that has not ended: what waits to be sent and what is in flight, in order, and the memory it takes. */
export class PublishBuffer {
  private readonly waiting = new Set<PendingPublish>();
  private readonly inFlight = new Set<PendingPublish>();
  private pendingBytes = 0;

  constructor(private readonly limits: Limits) {}

  get size(): number {
    return this.waiting.size + this.inFlight.size;
  }

  get bytes(): number {
    return this.pendingBytes;
  }

  /** What waits to be sent, oldest first. */
  get unsent(): ReadonlySet<PendingPublish> {
    return this.waiting;
  }

  /** Everything, what was sent first. */
  all(): PendingPublish[] {
    return [...this.inFlight, ...this.waiting];
  }

  /** One message always has room, however large it is. */
  hasRoomFor(pending: PendingPublish): boolean {
    if (this.size === 0) return true;
    const { publishBufferMessages, publishBufferBytes } = this.limits;
    return this.size < publishBufferMessages && this.pendingBytes + pending.bytes <= publishBufferBytes;
  }

  add(pending: PendingPublish): void {
    this.pendingBytes += pending.bytes;
    this.waiting.add(pending);
  }

  /** It has ended; `false` when it had before. */
  delete(pending: PendingPublish): boolean {
    if (!this.waiting.delete(pending) && !this.inFlight.delete(pending)) return false;
    this.pendingBytes -= pending.bytes;
    return true;
  }

  /**
   * Whether it may be sent now. Nothing travels beside a suspect (see `MAX_CHANNEL_ERRORS`), so that the next error of
   * the channel tells which message it is about.
   */
  maySend(pending: PendingPublish): boolean {
    const [oldest = pending] = this.inFlight;
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
    const unconfirmed = [...this.inFlight];
    const rest = [...this.waiting];
    this.inFlight.clear();
    this.waiting.clear();
    for (const pending of [...unconfirmed, ...rest]) this.waiting.add(pending);
    return unconfirmed;
  }

  /** The broker has no queue for a message in flight, and says so before it confirms it. */
  markReturned(routingKey: string, identity: string): void {
    for (const pending of this.inFlight) {
      if (!pending.isReturnedAs(routingKey, identity)) continue;
      pending.isReturned = true;
      return;
    }
  }
}
