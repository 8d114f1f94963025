/** What is no longer unsettled and still stands among the tags is dropped when it is more than the rest and this. */
const DROP_ABOVE = 64;

const OPEN = 0;
const ACKNOWLEDGED = 1;
const TOLD = 2;

/**
 * The delivery tags of a channel that the broker waits to be told about, in the order it handed them out. Tags only grow, so they stand in
 * arrays, which hold numbers and nothing else: a `Map` copies itself whenever it has seen as many as it has room for, and each copy that
 * has grown old keeps the next one from the quick collection of garbage. It was 15 of the 40 MB that a worker's 200,000 tasks left in the
 * old generation.
 */
export class UnsettledTags {
  private tags: number[] = [];
  private states: number[] = [];
  /** Where the oldest stands that is not told. */
  private head = 0;
  private count = 0;

  /** Those of which the broker was not told. */
  get size(): number {
    return this.count;
  }

  /** @param tag greater than all before it */
  add(tag: number): void {
    if (this.tags.length - this.count > this.count + DROP_ABOVE) this.dropTold();
    this.tags.push(tag);
    this.states.push(OPEN);
    this.count += 1;
  }

  /** `false` when it does not stand here, or not any more. */
  acknowledge(tag: number): boolean {
    const index = this.indexOf(tag);
    if (index < 0 || this.states[index] === TOLD) return false;
    this.states[index] = ACKNOWLEDGED;
    return true;
  }

  /** The broker is told of it; `false` when it was before, or never handed it out here. */
  delete(tag: number): boolean {
    const index = this.indexOf(tag);
    if (index < 0 || this.states[index] === TOLD) return false;
    this.states[index] = TOLD;
    this.count -= 1;
    if (this.count === 0) this.clear();
    return true;
  }

  /** The tag up to which all are acknowledged, which are told now; `undefined` when the oldest is still open. */
  takeAcknowledgedInARow(): number | undefined {
    let upTo: number | undefined;
    for (; this.head < this.tags.length; this.head += 1) {
      const state = this.states[this.head];
      if (state === OPEN) break;
      if (state === TOLD) continue;
      upTo = this.tags[this.head];
      this.states[this.head] = TOLD;
      this.count -= 1;
    }
    if (this.count === 0) this.clear();
    return upTo;
  }

  clear(): void {
    this.tags.length = 0;
    this.states.length = 0;
    this.head = 0;
    this.count = 0;
  }

  /** -1 for what does not stand here. */
  private indexOf(tag: number): number {
    const { tags, head } = this;
    const oldest = tags[head] ?? tag;
    const asNoneWasDropped = head + tag - oldest;
    if (tags[asNoneWasDropped] === tag) return asNoneWasDropped;
    let from = head;
    let to = Math.min(asNoneWasDropped, tags.length);
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((tags[middle] ?? tag) < tag) from = middle + 1;
      else to = middle;
    }
    return tags[from] === tag ? from : -1;
  }

  private dropTold(): void {
    const kept = this.states.flatMap((state, index) => (state === TOLD ? [] : index));
    this.tags = kept.map((index) => this.tags[index] ?? 0);
    this.states = kept.map((index) => this.states[index] ?? TOLD);
    this.head = 0;
  }
}
