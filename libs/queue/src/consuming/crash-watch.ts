import { header } from '../message/headers';
import { republished } from '../message/republished';
import { quarantineName } from '../topology/names';
import { routeTo } from '../topology/routes';
import { crashCountOf } from './crash-count';
import type { DeadLetters } from './dead-letters';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import { putAside } from './outcome';
import type { Solitude } from './solitude';

/**
 * After so many runs without an outcome a task is suspected of being the reason. A crash counts against every task that
 * was in the worker's hand, so this may be an innocent one; from then on it only runs alone.
 */
const SUSPECTED_FROM = 2;

/**
 * Looks at each delivery before its run: one that ended its workers too often is put aside, one that is suspected goes into
 * quarantine, and one whose redelivery the broker does not count is counted.
 */
export class CrashWatch {
  private readonly suspectedFrom: number;

  constructor(
    private readonly limit: number,
    private readonly deadLetters: DeadLetters,
    private readonly handover: Handover,
    private readonly solitude: Solitude,
  ) {
    this.suspectedFrom = Math.max(1, Math.min(SUSPECTED_FROM, limit - 1));
  }

  /** Whether the delivery's run may begin, at once or later; `false` when it has got another end. */
  admit(delivery: Delivery): boolean | Promise<boolean> {
    const { count, isRecorded } = delivery.isExcused ? { count: 0, isRecorded: true } : crashCountOf(delivery.message);
    if (count >= this.limit) return this.condemn(delivery, count);
    if (delivery.isQuarantined) return isRecorded || this.recount(delivery, quarantineName(delivery.queue), count);
    if (count >= this.suspectedFrom) return this.recount(delivery, quarantineName(delivery.queue), count);
    if (!isRecorded) return this.recount(delivery, delivery.queue, count);
    return this.solitude.enter(delivery);
  }

  private async condemn(delivery: Delivery, count: number): Promise<false> {
    if (!delivery.decide('dead-letter')) return false;
    const message =
      `It was handed out ${count} times and no run of it ended: its worker died, was cut off or was stopped in the ` +
      `middle of it, or its handler gave it back (the limit is ${this.limit}, CRASH_LIMIT).`;
    await this.deadLetters.put(delivery, putAside('crash-loop', 'CrashLoopError', message));
    return false;
  }

  /** Sends it on with its count in a header: the broker forgets its own with a new message, or has none. */
  private async recount(delivery: Delivery, queue: string, count: number): Promise<false> {
    if (!delivery.decide('move')) return false;
    const message = republished(delivery.message, { [header.crashes]: count });
    await this.handover.move(delivery, routeTo(queue), message, `"${queue}"`);
    return false;
  }
}
