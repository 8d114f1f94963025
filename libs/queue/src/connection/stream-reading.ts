import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from './amqp';

/** One reading of a stream by one channel: what has been handed out, and whether all that was there when it began has been read. */
export class StreamReading {
  /** Of the mark that is written behind what was there. */
  readonly markId = randomUUID();
  /** Whether the mark has come. */
  isMarkRead = false;
  private inHand = 0;
  private takenAt = performance.now();

  constructor(private readonly channel: Channel) {}

  /** Milliseconds in which the broker has had nothing to hand out; 0 while something that it did is not taken yet. */
  get silence(): number {
    return this.inHand > 0 ? 0 : performance.now() - this.takenAt;
  }

  /** A message was handed out: it is acknowledged once it is taken, at once where nobody takes their time. */
  handedOut(message: ConsumeMessage, taking: Promise<void> | undefined): void {
    this.inHand += 1;
    if (taking === undefined) this.taken(message);
    else void taking.then(() => this.taken(message));
  }

  private taken(message: ConsumeMessage): void {
    this.inHand -= 1;
    this.takenAt = performance.now();
    try {
      this.channel.ack(message); // or the broker stops handing out
    } catch {
      // The channel has closed meanwhile: the next one goes on behind this message.
    }
  }
}
