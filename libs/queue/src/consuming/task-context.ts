import { RmqContext } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from '../connection/amqp';
import type { RunPolicy } from '../run-policy';
import type { Delivery } from './delivery';
import { settlingChannel } from './settling-channel';
import type { HandSettlement } from './settling-channel';

/** What a handler may say of its run. */
export interface RunVoice extends HandSettlement {
  progress(fraction: number, note: string | undefined): void;
}

/**
 * What a handler gets by `@Ctx()`: Nest's `RmqContext`, and what Warren knows of the task. A handler written for
 * Nest's own transport acknowledges by hand as ever: `context.getChannelRef().ack(context.getMessage())`; one that
 * does not is acknowledged when it returns.
 */
export class TaskContext extends RmqContext {
  /** The task's id; `undefined` when another program sent the message without one. Use it to make the work idempotent. */
  readonly id: string | undefined;
  readonly name: string;
  readonly queue: string;
  /** The run in progress, from 1. */
  readonly attempt: number;
  /** Runs the task may have, by its definition or its queue. */
  readonly attempts: number;
  /** Whether a failure of this run puts the task aside: no attempt is left. */
  readonly isLastAttempt: boolean;
  /**
   * It was handed out before without an end: a worker died, or a connection was lost. The work may have been done. All that waited in a classic queue
   * when its broker crashed looks so as well.
   */
  readonly isRedelivered: boolean;
  /** The message's AMQP headers, and what its format found in its body in their place: the attributes of a structured CloudEvent. */
  readonly headers: Readonly<Record<string, unknown>>;
  constructor(
    private readonly delivery: Delivery,
    name: string,
    policy: RunPolicy,
    private readonly voice: RunVoice,
  ) {
    super([delivery.message, undefined, name]);
    this.id = delivery.id;
    this.name = name;
    this.queue = delivery.queue;
    this.attempt = delivery.attempt;
    this.attempts = policy.attempts;
    this.isLastAttempt = delivery.attempt >= policy.attempts;
    this.isRedelivered = delivery.isRedelivered;
    this.headers = delivery.headers;
  }

  /**
   * Fires when the run has taken its definition's `timeout` (the reason is a `TaskTimeoutError`; the run has failed), when somebody
   * has cancelled the task (a `TaskCancelledError`; a run that fails then is not tried again, one that completes has completed), and
   * when the worker stops and its deadline (`shutdownTimeout`) has passed (a `WorkerStoppedError`; what has not returned
   * half a second later goes back to its queue). Hand it on to what takes an `AbortSignal`: `fetch`, `setTimeout`, a pool.
   */
  get signal(): AbortSignal {
    return this.delivery.signal;
  }

  /**
   * Tells how far the run is, for whoever looks: the event `task.progress`, the task's state, the dashboard. Costs nothing to call often:
   * of each run four reports a second are passed on at most, the latest ones, and nothing is written with the task.
   * @param fraction from 0 to 1. What is none (`NaN`, 40 where 0.4 was meant) is dropped, and said once a run: the event `progress.ignored`.
   * It never ends the run.
   * @param note a few words on what is being done; 200 characters at most are kept
   */
  progress(fraction: number, note?: string): void {
    this.voice.progress(fraction, note);
  }

  /**
   * Whether the channel that delivered the task has closed: the broker hands it out again, to this worker, which waits for this run's end
   * before it begins another, or to another one, which does not. Look before a step that must not be done twice. In a thread nothing is known
   * of it: `false`.
   */
  get isLost(): boolean {
    return this.delivery.state === 'lost';
  }

  /** The message as amqplib delivered it. */
  override getMessage(): ConsumeMessage {
    return super.getMessage() as ConsumeMessage;
  }

  /** The channel, on which settling goes to this task's delivery, once. */
  override getChannelRef(): Channel {
    this.args[1] ??= settlingChannel(this.delivery, this.voice); // most handlers never ask for it
    return super.getChannelRef() as Channel;
  }

  override getArgs(): ReturnType<RmqContext['getArgs']> {
    this.getChannelRef();
    return super.getArgs();
  }

  override getArgByIndex(index: number): unknown {
    return this.getArgs()[index];
  }
}
