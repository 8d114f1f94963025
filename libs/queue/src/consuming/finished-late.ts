import type { Delivery } from './delivery';

/** Ids remembered at most; the oldest are forgotten first, and then the task merely runs again. */
const CAPACITY = 1_000;

/**
 * Tasks that this worker completed after their delivery was lost with its channel. When the broker hands one of them
 * out again to this worker, the work is done already and only the acknowledgement is missing.
 */
export class FinishedLate {
  private readonly keys = new Set<string>();

  remember(delivery: Delivery): void {
    if (delivery.id === undefined) return;
    this.keys.add(keyOf(delivery.queue, delivery.id));
    const [oldest] = this.keys;
    if (this.keys.size > CAPACITY && oldest !== undefined) this.keys.delete(oldest);
  }

  /** Whether this is such a redelivery; asked once, since an id may be added again on purpose. */
  takes(delivery: Delivery): boolean {
    return delivery.isRedelivered && delivery.id !== undefined && this.keys.delete(keyOf(delivery.queue, delivery.id));
  }
}

function keyOf(queue: string, id: string): string {
  return `${queue}\n${id}`;
}
