import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from './amqp';

/** One reading of a stream by one channel: what has been handed out, and whether all that was there when it began has been read. */
export class StreamReading {
  /** Of the mark that is written behind what was there. */
  readonly markId = randomUUID();
  /** Whether the mark has come. */
  isMarkRead = false;
  /** The last place of the stream, as far as {@link lookForEnd} has seen it; `undefined` before, and of a stream that is empty. */
  end: number | undefined;
  private lookedBy: string | undefined;
  private inHand = 0;
  private takenAt = performance.now();

  constructor(private readonly channel: Channel) {}

  /** The broker has been asked for its last messages, and hands them out. */
  get isLooking(): boolean {
    return this.lookedBy !== undefined;
  }

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

  /** Has the broker hand out what was written last, besides: that tells how far there is to read. Never rejects. */
  async lookForEnd(stream: string): Promise<void> {
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) return;
      this.end = Math.max(this.end ?? -1, offsetOf(message));
      this.handedOut(message, undefined);
    };
    const options = { noAck: false, arguments: { 'x-stream-offset': 'last' } };
    await this.channel.consume(stream, onMessage, options).then(
      ({ consumerTag }) => (this.lookedBy = consumerTag),
      ignore, // the channel has closed: the next reading looks again
    );
  }

  /** The end is known well enough. Never rejects. */
  async lookNoMore(): Promise<void> {
    const { lookedBy } = this;
    this.lookedBy = undefined;
    if (lookedBy !== undefined) await this.channel.cancel(lookedBy).catch(ignore);
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

/** The place of a message in its stream. */
export function offsetOf({ properties }: ConsumeMessage): number {
  return Number(properties.headers?.['x-stream-offset']);
}

function ignore(): void {
  // What has closed meanwhile is not asked again.
}
