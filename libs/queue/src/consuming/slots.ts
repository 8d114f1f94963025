/**
 * How many tasks of one queue run at once in this process. The broker's prefetch says the same, but starts anew with
 * each channel, while a task whose channel was lost still runs here.
 */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Calls back as soon as a slot is free; at once when one is. Each call must be followed by one `release`. */
  take(start: () => void): void {
    if (this.free > 0) {
      this.free -= 1;
      start();
    } else {
      this.waiting.push(start);
    }
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
