import type { HeldQueue } from './memory-queue';
import { refusal } from './refusal';
import type { StoredMessage } from './stored-message';

/** A message in a channel's hand. */
export interface HeldMessage {
  readonly queue: HeldQueue;
  readonly message: StoredMessage;
  /** It is settled, or has gone back: its consumer has room for another. */
  released(): void;
}

/** What a channel has in hand, by its delivery tags. */
export class Unsettled {
  private readonly held = new Map<number, HeldMessage>();
  private lastTag = 0;

  get size(): number {
    return this.held.size;
  }

  /** What is in hand, the oldest first. */
  get all(): readonly HeldMessage[] {
    return [...this.held.values()];
  }

  /** The tag of the next message that is handed out. */
  nextTag(): number {
    this.lastTag += 1;
    return this.lastTag;
  }

  hold(tag: number, held: HeldMessage): void {
    this.held.set(tag, held);
  }

  /**
   * Takes out of hand what a tag means.
   * @param isMultiple all up to it; 0 is all
   * @throws Refusal (406) for a tag that is not in hand.
   */
  take(tag: number, isMultiple: boolean): HeldMessage[] {
    if (!isMultiple && !this.held.has(tag)) throw refusal(406, `unknown delivery tag ${tag}`);
    if (isMultiple && tag !== 0 && tag > this.lastTag) throw refusal(406, `unknown delivery tag ${tag}`);
    const tags = isMultiple ? [...this.held.keys()].filter((held) => tag === 0 || held <= tag) : [tag];
    const taken: HeldMessage[] = [];
    for (const one of tags) {
      const held = this.held.get(one);
      if (held === undefined) continue;
      this.held.delete(one);
      held.released();
      taken.push(held);
    }
    return taken;
  }
}
