import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { QueueDefinition } from '../define-queue';
import { WorkerStoppedError } from '../errors';
import type { QueueEvents } from '../events';
import { Delivery } from './delivery';
import { Slots } from './slots';
import { TaskRun } from './task-run';
import type { TaskRunParts } from './task-run';

/** What a handler has after its signal fired to end by itself, before its task goes back to the queue. */
const ABORT_GRACE_MS = 500;

/** Every delivery of this worker from its arrival to its end: what runs, what waits for a slot, what a stop gives back. */
export class OpenDeliveries {
  private readonly all = new Set<Delivery>();
  private readonly byChannel = new Map<Channel, Set<Delivery>>();
  private readonly hurrying = new AbortController();
  private refusesNew = false;
  private tellEmpty: () => void = () => undefined;

  constructor(
    private readonly parts: TaskRunParts,
    private readonly events: QueueEvents,
  ) {}

  get running(): number {
    return this.all.size;
  }

  /** The way in for one queue's messages: as many run at once as the queue's concurrency says. */
  acceptor(queue: QueueDefinition, concurrency: number): (message: ConsumeMessage, channel: Channel) => void {
    const slots = new Slots(concurrency);
    return (message, channel) => {
      const delivery = new Delivery(message, channel, queue.name, this.events);
      this.add(delivery);
      slots.take(() => {
        void this.handle(delivery, queue).finally(() => {
          slots.release();
          this.remove(delivery);
        });
      });
    };
  }

  refuseNew(): void {
    this.refusesNew = true;
  }

  hurry(): void {
    this.hurrying.abort();
  }

  /** Waits for what runs until the deadline; then fires the signals, waits a moment more, and gives the rest back. */
  async finish(timeout: number): Promise<void> {
    if (await this.isEmptyWithin(timeout, this.hurrying.signal)) return;
    this.events.emit('worker.deadline', { running: this.all.size });
    for (const delivery of this.all) delivery.abort(new WorkerStoppedError());
    if (await this.isEmptyWithin(ABORT_GRACE_MS)) return;
    for (const delivery of this.all) {
      if (delivery.requeue()) {
        this.events.emit('task.requeued', { ...delivery.facts(), why: 'the worker stops and it had not ended' });
      }
    }
  }

  private async handle(delivery: Delivery, queue: QueueDefinition): Promise<void> {
    if (delivery.state === 'lost') return; // while it waited for a slot; the broker hands it out again
    if (this.refusesNew) {
      delivery.requeue();
      return;
    }
    await new TaskRun(delivery, queue, this.parts).run();
  }

  private add(delivery: Delivery): void {
    this.all.add(delivery);
    let siblings = this.byChannel.get(delivery.channel);
    if (siblings === undefined) {
      siblings = new Set();
      this.byChannel.set(delivery.channel, siblings);
      delivery.channel.once('close', () => this.lose(delivery.channel));
    }
    siblings.add(delivery);
  }

  private remove(delivery: Delivery): void {
    this.all.delete(delivery);
    this.byChannel.get(delivery.channel)?.delete(delivery);
    if (this.all.size === 0) this.tellEmpty();
  }

  private lose(channel: Channel): void {
    for (const delivery of this.byChannel.get(channel) ?? []) delivery.lose();
    this.byChannel.delete(channel);
  }

  private async isEmptyWithin(milliseconds: number, sooner?: AbortSignal): Promise<boolean> {
    if (this.all.size === 0) return true;
    const empty = new Promise<void>((resolve) => {
      this.tellEmpty = resolve;
    });
    const timer = new AbortController();
    const signal = sooner === undefined ? timer.signal : AbortSignal.any([timer.signal, sooner]);
    await Promise.race([empty, delay(milliseconds, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
    return this.all.size === 0;
  }
}
