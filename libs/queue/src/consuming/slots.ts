/**
 * How many tasks of one queue run at once in this process. The broker's prefetch says the same, but starts anew with
 * each channel, while a task whose channel was lost still runs here.
 */
export class Slots<Holder> {
  private free: number;
  private readonly waiting = new Map<Holder, (holder: Holder) => void>();

  constructor(count: number) {
    this.free = count;
  }

  /** Calls back as soon as a slot is free; at once when one is. Each start must be followed by one `release`. */
  take(holder: Holder, start: (holder: Holder) => void): void {
    if (this.free > 0) {
      this.free -= 1;
      start(holder);
    } else {
      this.waiting.set(holder, start);
    }
  }

  /** No longer waits for a slot; `false` when it did not. */
  leave(holder: Holder): boolean {
    return this.waiting.delete(holder);
  }

  release(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free += 1;
      return;
    }
    const [holder, start] = next;
    this.waiting.delete(holder);
    start(holder);
  }
}
