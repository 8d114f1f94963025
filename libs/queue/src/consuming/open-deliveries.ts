import type { ConsumeMessage } from '../connection/amqp';
import { withinReason } from '../connection/close-channel';
import type { DeliveryChannel } from '../connection/delivery-channel';
import type { QueueDefinition } from '../define-queue';
import { endedWithin } from '../ended-within';
import { TaskCancelledError, WorkerStoppedError } from '../errors';
import type { QueueEvents } from '../events';
import type { QueueFigures } from './consumed-queue';
import { Delivery } from './delivery';
import { putAside } from './outcome';
import type { Work } from './quarantine';
import { QueueDeliveries } from './queue-deliveries';
import type { TaskRunParts } from './task-run-parts';

/** What a handler has after its signal fired to end by itself, before its task goes back to the queue. */
const ABORT_GRACE_MS = 500;

/** Characters of a name that a stranger may have written. */
const MAX_NAME = 200;

const CUT_OFF = putAside(
  'crash-loop',
  'WorkerStoppedError',
  'The worker stopped in the middle of its run; its definition (acknowledge: before) wants no second one.',
);

/** Every delivery of this worker from its arrival to its end; what a lost channel and a stop do to them. */
export class OpenDeliveries implements Work {
  private readonly queues = new Map<string, QueueDeliveries>();
  private readonly channels = new Set<DeliveryChannel>();
  private readonly hurrying = new AbortController();
  private isRefusing = false;
  private readonly tellEnd = new Map<Delivery, () => void>();
  private readonly tellEmpty = new Set<() => void>();

  constructor(
    private readonly parts: TaskRunParts,
    private readonly events: QueueEvents,
  ) {}

  get count(): number {
    let count = 0;
    for (const { open } of this.queues.values()) count += open.size;
    return count;
  }

  /** What runs, in all queues. */
  runs(): Delivery[] {
    return [...this.queues.values()].flatMap(({ running }) => running);
  }

  /** Queues in which every slot is held by a task whose delivery was lost: nothing new can run. */
  get problems(): string[] {
    return [...this.queues.values()].flatMap((queue) => queue.problem ?? []);
  }

  /** What is in hand of a queue at this moment. */
  figuresOf(queue: string): QueueFigures {
    return this.queues.get(queue)?.figures ?? { slots: 0, stuck: 0, inHand: [] };
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

  /** What runs and is cancelled is told by its signal. */
  cancelRuns(): void {
    const { batches, threads, cancels } = this.parts;
    for (const delivery of this.all()) {
      if (delivery.runningSince === undefined || delivery.abortReason !== undefined) continue;
      const cancel = cancels.cancelOf(delivery);
      if (cancel !== undefined) delivery.abort(new TaskCancelledError(cancel.by));
    }
    batches.dropGone();
    threads.dropGone();
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
    delivery.name = typeOf(message); // what its sender calls it, until it has been read
    const { count: crashes } = this.parts.crashes.countOf(delivery);
    if (crashes < this.parts.crashes.limit) this.events.emit('task.isolated', { ...delivery.facts(), crashes });
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
    this.watch(channel);
    return delivery;
  }

  private watch(channel: DeliveryChannel): void {
    if (this.channels.has(channel)) return;
    this.channels.add(channel);
    channel.amqp.once('close', () => this.lose(channel));
  }

  private lose(channel: DeliveryChannel): void {
    this.channels.delete(channel);
    for (const queue of this.queues.values()) queue.lose(channel);
    for (const queue of this.queues.values()) queue.dropLost();
    this.parts.batches.dropGone();
    this.parts.threads.dropGone();
  }

  private forget(delivery: Delivery): void {
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

function typeOf({ properties }: ConsumeMessage): string | undefined {
  const { type } = properties as { readonly type: unknown };
  return typeof type === 'string' && type !== '' ? type.slice(0, MAX_NAME) : undefined;
}
