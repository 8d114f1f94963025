import type { DeliveryChannel } from '../connection/delivery-channel';
import type { QueueDefinition } from '../define-queue';
import { Line } from '../line';
import { readinessReasons } from '../readiness-reasons';
import type { QueueFigures } from './consumed-queue';
import type { Delivery } from './delivery';
import { Slots } from './slots';
import { TaskRun } from './task-run';
import type { TaskRunParts } from './task-run-parts';

export interface QueueDeliveriesWatch {
  /** The worker stops: nothing new is begun. */
  readonly isRefusing: () => boolean;
  readonly ended: (delivery: Delivery) => void;
}

/**
 * One queue's deliveries in this worker: what waits for a slot, what runs, and which redelivery is the task of a run
 * that lost its channel and still goes on. Such a redelivery waits for that run, so that a task never runs twice at
 * once in one worker: done, and it is acknowledged; failed, and it runs.
 */
export class QueueDeliveries {
  readonly open = new Line<Delivery>();
  /** The redelivery that waits for a lost run. */
  private readonly held = new Map<Delivery, Delivery>();
  private readonly slots: Slots<Delivery>;
  private readonly begin = (delivery: Delivery): void => void this.run(delivery);

  constructor(
    private readonly queue: QueueDefinition,
    private readonly concurrency: number,
    private readonly parts: TaskRunParts,
    private readonly watch: QueueDeliveriesWatch,
  ) {
    this.slots = new Slots(concurrency);
  }

  /** What has taken a slot. */
  get running(): Delivery[] {
    return [...this.open].filter(({ runningSince }) => runningSince !== undefined);
  }

  /** Why nothing new can run, or not as it should, for readiness; `undefined` when it can. */
  get problem(): string | undefined {
    const { running, queue, parts } = this;
    const overruns = [...parts.overruns].filter((delivery) => delivery.queue === queue.name);
    if (overruns.length >= this.concurrency) return readinessReasons.overruns(queue.name, overruns.length);
    if (running.length < this.concurrency) return undefined;
    if (running.every(({ state }) => state === 'lost')) return readinessReasons.lostRuns(queue.name, running.length);
    const now = performance.now();
    const holders = running.map(({ id, name, runningSince = now }) => ({ id, name, heldFor: now - runningSince }));
    if (holders.some(({ heldFor }) => heldFor <= parts.stuckAfter)) return undefined;
    return readinessReasons.stuck(queue.name, parts.stuckAfter, holders);
  }

  /** What is in hand at this moment. */
  get figures(): QueueFigures {
    const now = performance.now();
    const inHand = Array.from(this.open, ({ name, runningSince, dueAt }) => {
      return { name, dueAt, runningFor: runningSince === undefined ? undefined : now - runningSince };
    });
    const stuck = inHand.filter(({ runningFor = 0 }) => runningFor > this.parts.stuckAfter).length;
    return { slots: this.concurrency, stuck, inHand };
  }

  accept(delivery: Delivery): void {
    this.open.add(delivery);
    const lostRun = this.lostRunOf(delivery);
    if (lostRun === undefined) {
      this.slots.take(delivery, this.begin);
      return;
    }
    this.held.set(lostRun, delivery);
    this.parts.events.emit('task.held', delivery.facts());
  }

  /**
   * The worker stops: it goes back without an outcome. As a new message where the broker's word that it was handed out before
   * would be held against it; `false` when its channel is gone.
   */
  giveBack(delivery: Delivery): boolean | Promise<boolean> {
    const isHeldAgainst = delivery.isQuarantined || this.parts.reading.acksBefore(this.queue.name);
    return isHeldAgainst ? this.parts.crashes.giveBack(delivery) : delivery.requeue();
  }

  /** The broker hands them out again; what has not begun is not this worker's any longer. */
  dropLost(): void {
    for (const delivery of this.open) {
      if (delivery.state === 'lost' && this.slots.leave(delivery)) this.end(delivery);
    }
    for (const [run, delivery] of this.held) {
      if (delivery.state !== 'lost') continue;
      this.held.delete(run);
      this.end(delivery);
    }
  }

  /** Their channel has closed. */
  lose(channel: DeliveryChannel): void {
    for (const delivery of this.open) if (delivery.channel === channel) delivery.lose();
  }

  /** From the slot it has taken to its end. */
  private async run(delivery: Delivery): Promise<void> {
    try {
      if (this.watch.isRefusing()) {
        await this.giveBack(delivery);
        return;
      }
      const { cancels } = this.parts;
      const cancel = cancels.cancelCount === 0 ? undefined : cancels.cancelOf(delivery);
      if (cancel !== undefined) {
        await new TaskRun(delivery, this.queue, this.parts).endCancelled(cancel.by);
        return;
      }
      const admission = this.parts.crashes.admit(delivery);
      if (admission !== true && !(await admission)) return;
      delivery.runningSince = performance.now();
      await new TaskRun(delivery, this.queue, this.parts).run();
    } finally {
      this.slots.release();
      this.end(delivery);
      this.release(delivery);
    }
  }

  /** What waited for this run takes its end, or its turn. */
  private release(run: Delivery): void {
    const delivery = this.held.get(run);
    if (delivery === undefined) return;
    this.held.delete(run);
    if (!run.hasCompleted) {
      delivery.isExcused = true;
      this.slots.take(delivery, this.begin);
      return;
    }
    if (delivery.decide('ack') && delivery.ack()) this.parts.events.emit('task.skipped', delivery.facts());
    this.end(delivery);
  }

  private lostRunOf(delivery: Delivery): Delivery | undefined {
    if (!delivery.isRedelivered) return undefined;
    for (const run of this.open) {
      const isLostRun = run.state === 'lost' && run.runningSince !== undefined && !this.held.has(run);
      if (isLostRun && run.isSameTaskAs(delivery)) return run;
    }
    return undefined;
  }

  private end(delivery: Delivery): void {
    this.open.delete(delivery);
    this.watch.ended(delivery);
  }
}
