import type { ControlRecord, QueueOrder } from './control-record';

/** A cancel that is remembered. Times in milliseconds since 1970. */
export interface Cancel {
  readonly by: string;
  readonly at: number;
}

/** What is cancelled, as those who run tasks ask for it. */
export interface Cancels {
  /** How many cancelled ids are remembered: 0 says that no task need be looked at. */
  readonly cancelCount: number;
  /** The cancel that a task is meant by; `undefined` when there is none. */
  cancelOf(task: CancelledTask): Cancel | undefined;
}

/** A task, as far as a cancel may be meant for it. */
export interface CancelledTask {
  readonly id: string | undefined;
  /** When it was added, in milliseconds since 1970; `undefined`: any cancel of its id is meant for it. */
  readonly addedAt: number | undefined;
}

/** A queue that no worker takes from. */
export interface Pause {
  readonly queue: string;
  /** Who has paused it, in their own words. */
  readonly by: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly reason?: string | undefined;
}

/** An order to this very worker. */
export interface WorkerWish {
  readonly kind: 'quiet' | 'stop';
  readonly by: string;
}

/** What a state remembers at most, and when it has an order said again. */
export interface SteeringLimits {
  /** Cancelled ids; the oldest are forgotten first. */
  readonly cancels: number;
  /** Queues that were paused or resumed. */
  readonly queues: number;
  /** Bytes of later records behind which a pause would grow old, and is said again. */
  readonly bytes: number;
}

/** The last order about a queue. */
interface Standing {
  readonly order: QueueOrder;
  /** Where in the stream it was given for the first time. */
  readonly of: number;
  /** How much had been read when it was read last, or sent to be said again. */
  readAt: number;
}

/** What the broker keeps of a message besides its body, about. */
const MESSAGE_BYTES = 120;

/**
 * What is in force of all that was ordered: the records of the control stream, folded in their order. Pure and bounded; whoever
 * has read the same records knows the same.
 */
export class SteeringState implements Cancels {
  private readonly cancels = new Map<string, Cancel>();
  private readonly queues = new Map<string, Standing>();
  private readonly pauses = new Map<string, Pause>();
  private bytesRead = 0;
  private ownWish: WorkerWish | undefined;

  constructor(
    /** The name of this process; orders to others, also to earlier ones on this machine, mean nothing here. */
    private readonly worker: string,
    private readonly limits: SteeringLimits,
  ) {}

  get cancelCount(): number {
    return this.cancels.size;
  }

  /** The queues that are paused now, by name. */
  get paused(): ReadonlyMap<string, Pause> {
    return this.pauses;
  }

  /** The last that was ordered about a queue; `undefined` when nothing was. */
  orderOf(queue: string): QueueOrder | undefined {
    return this.queues.get(queue)?.order;
  }

  /** What this worker was told; a stop is not undone by what comes later. */
  get wish(): WorkerWish | undefined {
    return this.ownWish;
  }

  cancelOf(task: CancelledTask): Cancel | undefined {
    const cancel = task.id === undefined ? undefined : this.cancels.get(task.id);
    return cancel === undefined || (task.addedAt ?? 0) > cancel.at ? undefined : cancel;
  }

  /**
   * Takes in the next record of the stream.
   * @param offset its place in the stream
   * @param bytes of its body
   */
  apply(record: ControlRecord, offset: number, bytes: number): void {
    this.skip(bytes);
    if (record.kind === 'cancel') this.cancel(record.ids, { by: record.by, at: record.at });
    else if (record.kind === 'pause' || record.kind === 'resume') this.order(record, offset);
    else if (record.worker === this.worker && this.ownWish?.kind !== 'stop') {
      this.ownWish = { kind: record.kind, by: record.by };
    }
  }

  /** Something else is in the stream, with a body of so many bytes. */
  skip(bytes: number): void {
    this.bytesRead += bytes + MESSAGE_BYTES;
  }

  /** The orders that would grow old, or that an older one was said again after: to be written once more. */
  get fading(): readonly QueueOrder[] {
    return [...this.queues.values()]
      .filter(({ readAt }) => this.bytesRead - readAt > this.limits.bytes)
      .map(({ order, of }) => ({ ...order, of }));
  }

  /** The {@link fading} orders, to be written now: until they are read, or as much has been read once more, they fade no longer. */
  takeFading(): readonly QueueOrder[] {
    const taken = this.fading;
    for (const { queue } of taken) this.setReadAt(queue, this.bytesRead);
    return taken;
  }

  /** An order that was taken to be written again could not be. */
  keepFading(queue: string): void {
    this.setReadAt(queue, -Infinity);
  }

  private setReadAt(queue: string, readAt: number): void {
    const standing = this.queues.get(queue);
    if (standing !== undefined) standing.readAt = readAt;
  }

  private cancel(ids: readonly string[], cancel: Cancel): void {
    for (const id of ids) {
      const earlier = this.cancels.get(id);
      this.cancels.delete(id); // so that it is the newest again
      // The clocks of those who cancel may differ: a second cancel takes nothing away from the first.
      this.cancels.set(id, earlier !== undefined && earlier.at > cancel.at ? earlier : cancel);
    }
    forgetOldest(this.cancels, this.limits.cancels);
  }

  private order(record: QueueOrder, offset: number): void {
    const { queue } = record;
    const known = this.queues.get(queue);
    const of = record.of ?? offset;
    if (record.of !== undefined && known !== undefined && of < known.of) {
      known.readAt = -Infinity; // whoever begins to read now would take the older order for the last
      return;
    }
    this.queues.delete(queue);
    // A resumption that stands alone needs no repeating: without it the queue is not paused either.
    this.queues.set(queue, { order: record, of, readAt: record.kind === 'resume' ? Infinity : this.bytesRead });
    forgetOldest(this.queues, this.limits.queues);
    if (record.kind === 'pause') this.pauses.set(queue, pauseOf(record));
    else this.pauses.delete(queue);
    for (const name of this.pauses.keys()) if (!this.queues.has(name)) this.pauses.delete(name);
  }
}

function pauseOf({ queue, by, at, reason }: Extract<QueueOrder, { kind: 'pause' }>): Pause {
  return { queue, by, at, ...(reason === undefined || reason === '' ? {} : { reason }) };
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
