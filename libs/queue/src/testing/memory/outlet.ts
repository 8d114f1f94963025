import type { StoredMessage } from './stored-message';

/** A consumer, as its queue sees it. */
export interface Outlet {
  readonly isExclusive: boolean;
  /** Its prefetch lets it take one more. */
  readonly hasRoom: boolean;
  /** Takes a message in hand; `true` when nobody will settle it, because its consumer has asked for that. */
  take(message: StoredMessage, headers: Readonly<Record<string, unknown>>): boolean;
  /** The queue is gone. */
  cancel(): void;
}

/** The consumers of one queue, each in turn. */
export class Outlets {
  private outlets: Outlet[] = [];

  get size(): number {
    return this.outlets.length;
  }

  get hasExclusive(): boolean {
    return this.outlets.some(({ isExclusive }) => isExclusive);
  }

  /** The one whose turn it is and that has room; it is at the end of the line then. */
  next(): Outlet | undefined {
    const index = this.outlets.findIndex(({ hasRoom }) => hasRoom);
    const [next] = index < 0 ? [] : this.outlets.splice(index, 1);
    if (next !== undefined) this.outlets.push(next);
    return next;
  }

  add(outlet: Outlet): void {
    this.outlets.push(outlet);
  }

  delete(outlet: Outlet): void {
    this.outlets = this.outlets.filter((other) => other !== outlet);
  }

  cancelAll(): void {
    for (const outlet of this.outlets.splice(0)) outlet.cancel();
  }
}
