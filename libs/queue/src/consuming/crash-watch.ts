import type { QueueEvents } from '../events';
import { header } from '../message/headers';
import { republished } from '../message/republished';
import { quarantineName } from '../topology/names';
import { routeTo } from '../topology/routes';
import { crashCountOf } from './crash-count';
import type { CrashCount } from './crash-count';
import type { DeadLetters } from './dead-letters';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import { putAside } from './outcome';

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
    /** Runs without an outcome after which a task is put aside. */
    readonly limit: number,
    /** Whether the broker counts how often it hands out a message of this queue. */
    private readonly isCounted: (queue: string) => boolean,
    private readonly deadLetters: DeadLetters,
    private readonly handover: Handover,
    private readonly events: QueueEvents,
  ) {
    this.suspectedFrom = Math.max(1, Math.min(SUSPECTED_FROM, limit - 1));
  }

  /** The runs of a task that ended without an outcome. */
  countOf({ message, queue }: Delivery): CrashCount {
    return crashCountOf(message, this.isCounted(queue));
  }

  /** Whether the delivery's run may begin; `false`, later, when it has got another end. */
  admit(delivery: Delivery): true | Promise<boolean> {
    if (!delivery.isRedelivered || delivery.isExcused) return true;
    const { count, isRecorded } = this.countOf(delivery);
    const quarantine = quarantineName(delivery.queue);
    if (delivery.isQuarantined) {
      if (count >= this.limit) return this.condemn(delivery, count);
      return isRecorded || this.moveTo(quarantine, delivery, count);
    }
    // Whatever the count is: only what happens in quarantine is a task's own doing.
    if (count >= this.suspectedFrom) return this.moveTo(quarantine, delivery, Math.min(count, this.limit - 1));
    return isRecorded || this.moveTo(delivery.queue, delivery, count);
  }

  /** Gives back what the worker's stop has cut off or kept from beginning, without a count; `false` when it was lost meanwhile. */
  async giveBack(delivery: Delivery): Promise<boolean> {
    const { isQuarantined, isExcused, queue } = delivery;
    const count = isExcused ? 0 : this.countOf(delivery).count;
    await this.moveTo(isQuarantined ? quarantineName(queue) : queue, delivery, count);
    return delivery.state === 'settled';
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
  private async moveTo(place: string, delivery: Delivery, count: number): Promise<false> {
    if (delivery.state === 'open' && !delivery.decide('move')) return false;
    const message = republished(delivery.message, { [header.crashes]: count });
    const end = await this.handover.move(delivery, routeTo(place), message, `"${place}"`);
    if (end !== 'moved') {
      const why = end === 'doubled' ? `it is in "${place}" as well` : `it was to go to "${place}"`;
      this.events.emit('task.lost', { ...delivery.facts(), why: `${why}, and the broker hands it out again` });
    }
    return false;
  }
}
