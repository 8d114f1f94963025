/** Where a reading begins: at the oldest message, at the next one that is written, at a time, or at a place. */
export type StreamOffset = 'first' | 'next' | Date | number;

/** How far a stream has been read. Places that are no more (the stream's limits) are passed over by the broker. */
export class StreamPosition {
  /** The last message that was read. */
  private last: number | undefined;

  constructor(private from: StreamOffset) {}

  /** The consumer's `x-stream-offset`. One behind the last would be a place that does not exist yet when nothing follows. */
  get argument(): unknown {
    if (this.last !== undefined) return this.last;
    return this.from instanceof Date ? { '!': 'timestamp', value: Math.floor(this.from.getTime() / 1_000) } : this.from;
  }

  /** The place of the last message that was read; -1 before the first. */
  get reached(): number {
    return this.last ?? -1;
  }

  /** Notes a message; `false` when it was read before. */
  reach(offset: number): boolean {
    if (offset <= this.reached) return false;
    this.last = offset;
    return true;
  }

  /** The stream was deleted: whatever is in one of the same name is new. */
  startOver(): void {
    this.last = undefined;
    this.from = 'first';
  }
}
