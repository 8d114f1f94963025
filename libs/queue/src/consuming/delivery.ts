import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveryChannel } from '../connection/delivery-channel';
import type { QueueEventMap, QueueEvents, TaskFacts } from '../events';
import { addedTimeOf } from '../message/added-time';
import { dueTimeOf } from '../message/due-time';
import { header, numberHeader } from '../message/headers';
import type { StatedFacts } from '../message/formats';
import type { InLine, Line } from '../line';
import type { IncomingMessage } from '../message/message';
import { traceIdOf } from '../message/trace-headers';
import { RunEnd, RunStart } from './run-facts';

/** `open`: nothing is decided. `decided`: its end is being carried out. `settled`: the broker was told. `lost`: its channel is gone. */
export type DeliveryState = 'open' | 'decided' | 'settled' | 'lost';

/**
 * A message in a consumer's hand. It closes over the channel that delivered it and is settled once: whoever decides
 * first carries the end out. A second or late decision tells an event and sends nothing, because the broker would
 * close the channel for it (406).
 */
export class Delivery implements InLine<Delivery> {
  line: Line<Delivery> | undefined;
  before: Delivery | undefined;
  behind: Delivery | undefined;
  /** The name of the task, once the message has been read. */
  name: string | undefined;
  /** The id of a request of Nest's request/response clients, once the message has been read: somebody waits for an answer. */
  requestId: string | undefined;
  /** What a message of another system says of the task, once it has been read. */
  stated: StatedFacts | undefined;
  /** It was acknowledged before its run, as its definition wants it: the broker has forgotten it. */
  wasAckedBefore = false;
  /** It was taken out of quarantine, and nothing else is in the worker's hand. */
  isQuarantined = false;
  /** It is known why it was handed out again, and no crash was it. */
  isExcused = false;
  /** When it took its slot, on the process's clock; `undefined` while it waits for one. */
  runningSince: number | undefined;
  /** The trace of its run, once it is known: read from its message, or begun by its run where that names none. */
  traceId: string | undefined;
  /** Milliseconds that its run took which has failed; `undefined` where none did. */
  failedAfter: number | undefined;
  /** The work is done, whatever became of the delivery since. */
  hasCompleted = false;
  private currentState: DeliveryState = 'open';
  private controller: AbortController | undefined;

  constructor(
    readonly message: IncomingMessage,
    readonly channel: DeliveryChannel,
    readonly queue: string,
    private readonly events: QueueEvents,
  ) {}

  get state(): DeliveryState {
    return this.currentState;
  }

  /** The task's: what its format says, and else the message's own. */
  get id(): string | undefined {
    return this.stated?.id ?? this.messageId;
  }

  /** The message's, and what its format says besides. */
  get headers(): Readonly<Record<string, unknown>> {
    const { headers = {} } = this.message.properties;
    return this.stated?.headers === undefined ? headers : { ...headers, ...this.stated.headers };
  }

  /** Whether both hand out the same task: one message id, in one queue, with the same bytes. One of them may not have been read yet. */
  isSameTaskAs(other: Delivery): boolean {
    const { messageId } = this;
    if (messageId === undefined || messageId !== other.messageId || this.queue !== other.queue) return false;
    return this.message.content.equals(other.message.content);
  }

  /** Also when Warren itself has sent it on, to count that a run did not end. */
  get isRedelivered(): boolean {
    return this.message.fields.redelivered || (this.number(header.crashes) ?? 0) > 0;
  }

  /** The run in progress, from 1; what a publisher wrote that is not a number counts as 1. */
  get attempt(): number {
    return this.number(header.attempt, 1) ?? this.stated?.attempt ?? 1;
  }

  /** Milliseconds it waited before this attempt; `undefined` for the first. */
  get waited(): number | undefined {
    return this.number(header.retryDelay);
  }

  /** Milliseconds since 1970, as every time here. */
  get firstFailureTime(): number | undefined {
    return this.number(header.firstFailureTime);
  }

  get lastFailureTime(): number | undefined {
    return this.number(header.lastFailureTime);
  }

  /** From then on no run of it begins. */
  get expiresAt(): number | undefined {
    return this.number(header.expiresAt) ?? this.stated?.expiresAt;
  }

  /** When it was added, where an earlier task may have had its id; in milliseconds since 1970. */
  get addedAt(): number | undefined {
    return addedTimeOf(this.message.properties);
  }

  /** Which of several tasks with its id, one after the other; `undefined` for one whose id was made for it. */
  get life(): number | undefined {
    return this.number(header.addedAt);
  }

  /** Since when it could have been run, in milliseconds since 1970; not known of what was handed out before. */
  get dueAt(): number | undefined {
    return this.isRedelivered ? undefined : dueTimeOf(this.message);
  }

  /** The trace it belongs to, when its message names one or its run is traced. Read once, by whoever asks first. */
  get tracedBy(): string | undefined {
    return (this.traceId ??= traceIdOf(this.message.properties.headers));
  }

  /** {@link facts} of a run that begins. One object, made for each task. */
  startFacts(): QueueEventMap['task.started'] {
    return new RunStart(this);
  }

  facts(): TaskFacts {
    const { id, name, queue, attempt, isRedelivered, tracedBy: traceId, life } = this;
    return { id, name, queue, attempt, redelivered: isRedelivered, traceId, life };
  }

  /** {@link facts} of a run that has completed. One object as well. */
  endFacts(milliseconds: number, result: unknown): QueueEventMap['task.completed'] {
    return new RunEnd(this, milliseconds, result);
  }

  /** Fires when the run has taken its timeout, the task was cancelled, or the worker stops and it has not ended by the deadline. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  /** Why {@link signal} has fired; `undefined` when it has not. */
  get abortReason(): unknown {
    return this.controller?.signal.reason as unknown;
  }

  abort(reason: Error): void {
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }

  /** Its end is decided and in our hand to carry out: the broker has not taken it back. */
  get isOurs(): boolean {
    return this.currentState === 'decided' || this.wasAckedBefore;
  }

  /**
   * Acknowledges it before its run; `false` when its channel is gone, and the broker hands it out again. What is written in a turn of
   * the event loop is with the socket at its end, so this resolves in the next one: a run that ends its process at once has not held up the ack.
   */
  async ackBefore(): Promise<boolean> {
    this.currentState = 'decided';
    this.wasAckedBefore = this.ack();
    if (this.wasAckedBefore) await nextTurn();
    return this.wasAckedBefore;
  }

  /** Claims the delivery's end; `false`, and an event, when it has another end already. */
  decide(verb: string): boolean {
    if (this.currentState === 'open') {
      this.currentState = 'decided';
      return true;
    }
    const why =
      this.currentState === 'lost'
        ? 'its channel has closed, and the broker hands the task out again'
        : 'it has been settled already';
    this.events.emit('settle.ignored', { ...this.facts(), verb, why });
    return false;
  }

  /** The work is done, or the task is kept elsewhere: the broker forgets the message. `false` when the channel is gone. */
  ack(): boolean {
    return this.settle('ack');
  }

  /** The work was not done, through no fault of the task: the broker hands it out again. */
  requeue(): boolean {
    return this.settle('requeue');
  }

  /** Its channel has closed: the broker has taken it back and hands it out again. */
  lose(): void {
    if (this.currentState !== 'settled') this.currentState = 'lost';
  }

  private settle(verb: 'ack' | 'requeue'): boolean {
    if (this.currentState === 'settled' || this.currentState === 'lost') return false;
    try {
      this.channel[verb](this.message);
      this.currentState = 'settled';
      return true;
    } catch {
      this.currentState = 'lost'; // the channel has closed, and its 'close' event is still to come
      return false;
    }
  }

  private get messageId(): string | undefined {
    const { messageId } = this.message.properties;
    return typeof messageId === 'string' && messageId !== '' ? messageId : undefined;
  }

  private number(name: string, min = 0): number | undefined {
    return numberHeader(this.message.properties.headers, name, min);
  }
}
