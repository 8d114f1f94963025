import type { ConsumeMessage } from '../connection/amqp';
import { withinReason } from '../connection/close-channel';
import type { DeliveryChannel } from '../connection/delivery-channel';
import type { QueueDefinition } from '../define-queue';
import { endedWithin } from '../ended-within';
import { WorkerStoppedError } from '../errors';
import type { QueueEvents } from '../events';
import { Delivery } from './delivery';
import { putAside } from './outcome';
import type { Work } from './quarantine';
import { QueueDeliveries } from './queue-deliveries';
import type { TaskRunParts } from './task-run';

/** What a handler has after its signal fired to end by itself, before its task goes back to the queue. */
const ABORT_GRACE_MS = 500;

const CUT_OFF = putAside(
  'crash-loop',
  'WorkerStoppedError',
  'The worker stopped in the middle of its run; its definition (acknowledge: before) wants no second one.',
);

/** Every delivery of this worker from its arrival to its end; what a lost channel and a stop do to them. */
export class OpenDeliveries implements Work {
  private readonly queues = new Map<string, QueueDeliveries>();
  private readonly byChannel = new Map<DeliveryChannel, Set<Delivery>>();
  private readonly hurrying = new AbortController();
  private isRefusing = false;
  private readonly tellEnd = new Map<Delivery, () => void>();
  private readonly tellEmpty = new Set<() => void>();

  constructor(
    private readonly parts: TaskRunParts,
    private readonly events: QueueEvents,
  ) {}

  get count(): number {
    return this.all().length;
  }

  /** Queues in which every slot is held by a task whose delivery was lost: nothing new can run. */
  get problems(): string[] {
    return [...this.queues.values()].flatMap((queue) => queue.problem ?? []);
  }

  /** The way in for one queue's messages: as many run at once as the queue's concurrency says. */
  acceptor(queue: QueueDefinition, concurrency: number): (message: ConsumeMessage, channel: DeliveryChannel) => void {
    const deliveries = new QueueDeliveries(queue, concurrency, this.parts, {
      isRefusing: () => this.isRefusing,
      ended: (delivery) => this.forget(delivery),
    });
    this.queues.set(queue.name, deliveries);
    return (message, channel) => deliveries.accept(this.opened(message, channel, queue.name));
  }

  refuseNew(): void {
    this.isRefusing = true;
  }

  hurry(): void {
    this.hurrying.abort();
  }

  /** Waits for what runs until the deadline; then fires the signals, waits a moment more, and gives the rest back. */
  async finish(timeout: number): Promise<void> {
    if (await this.isEmptyWithin(timeout, this.hurrying.signal)) return;
    this.events.emit('worker.deadline', { running: this.count });
    for (const delivery of this.all()) delivery.abort(new WorkerStoppedError());
    if (await this.isEmptyWithin(ABORT_GRACE_MS)) return;
    await withinReason(Promise.all(this.all().map((delivery) => this.giveBack(delivery))));
    for (const delivery of this.all()) if (!delivery.wasAckedBefore) delivery.requeue();
  }

  /** Nothing is in this worker's hand, and no run goes on that has outlasted its timeout. */
  async isIdleWithin(milliseconds: number, sooner: AbortSignal): Promise<boolean> {
    return (await this.isEmptyWithin(milliseconds, sooner)) && this.parts.overruns.size === 0;
  }

  async runAlone(queue: string, message: ConsumeMessage, channel: DeliveryChannel): Promise<void> {
    const delivery = this.opened(message, channel, queue);
    delivery.isQuarantined = true;
    this.events.emit('task.isolated', { ...delivery.facts(), crashes: this.parts.crashes.countOf(delivery).count });
    const ended = new Promise<void>((resolve) => this.tellEnd.set(delivery, resolve));
    this.queues.get(queue)?.accept(delivery);
    await ended;
  }

  /** What is done and only waits to be told so is not done again. What was acknowledged before its run cannot go back. */
  private async giveBack(delivery: Delivery): Promise<void> {
    if (delivery.hasCompleted) {
      if (!delivery.wasAckedBefore) delivery.ack();
    } else if (delivery.wasAckedBefore) {
      await this.parts.deadLetters.put(delivery, CUT_OFF);
    } else if (await this.queues.get(delivery.queue)?.giveBack(delivery)) {
      this.events.emit('task.requeued', { ...delivery.facts(), why: 'the worker stops and it had not ended' });
    }
  }

  private all(): Delivery[] {
    return [...this.queues.values()].flatMap((queue) => [...queue.open]);
  }

  private opened(message: ConsumeMessage, channel: DeliveryChannel, queue: string): Delivery {
    const delivery = new Delivery(message, channel, queue, this.events);
    this.siblingsOn(channel).add(delivery);
    return delivery;
  }

  private siblingsOn(channel: DeliveryChannel): Set<Delivery> {
    let siblings = this.byChannel.get(channel);
    if (siblings === undefined) {
      siblings = new Set();
      this.byChannel.set(channel, siblings);
      channel.amqp.once('close', () => this.lose(channel));
    }
    return siblings;
  }

  private lose(channel: DeliveryChannel): void {
    const lost = this.byChannel.get(channel) ?? [];
    this.byChannel.delete(channel);
    for (const delivery of lost) delivery.lose();
    for (const queue of this.queues.values()) queue.dropLost();
    this.parts.batches.dropLost();
  }

  private forget(delivery: Delivery): void {
    this.byChannel.get(delivery.channel)?.delete(delivery);
    this.tellEnd.get(delivery)?.();
    this.tellEnd.delete(delivery);
    if (this.tellEmpty.size > 0 && this.count === 0) for (const tell of this.tellEmpty) tell();
  }

  private async isEmptyWithin(milliseconds: number, sooner?: AbortSignal): Promise<boolean> {
    if (this.count === 0) return true;
    let tell: () => void = () => undefined;
    const empty = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.tellEmpty.add(tell);
    await endedWithin(empty, milliseconds, sooner);
    this.tellEmpty.delete(tell);
    return this.count === 0;
  }
}
