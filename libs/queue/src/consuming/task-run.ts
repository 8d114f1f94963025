import type { MessageHandler } from '@nestjs/microservices';
import type { QueueDefinition } from '../define-queue';
import { WorkerStoppedError } from '../errors';
import type { QueueEvents } from '../events';
import type { CrashWatch } from './crash-watch';
import type { DeadLetters } from './dead-letters';
import type { Delivery } from './delivery';
import { putAside, recordError } from './outcome';
import type { Outcome } from './outcome';
import { readDelivery } from './read-delivery';
import type { Reading, RunnableTask } from './read-delivery';
import type { Replies } from './replies';
import type { Retries } from './retries';
import { outcomeOf } from './retry-decision';
import type { HandSettlement } from './settling-channel';
import { TaskContext } from './task-context';
import { timedRun } from './timed-run';

export interface TaskRunParts {
  readonly reading: Reading;
  readonly crashes: CrashWatch;
  readonly deadLetters: DeadLetters;
  readonly retries: Retries;
  readonly replies: Replies;
  readonly events: QueueEvents;
  /** Milliseconds after which a run that holds its slot is stuck, to readiness. */
  readonly stuckAfter: number;
  /** Runs that go on although their time is over. */
  readonly overruns: Set<Delivery>;
  /** Nest's pipeline around a handler: guards, pipes, interceptors, filters. */
  invoke(handler: MessageHandler, payload: unknown, context: TaskContext): Promise<unknown>;
}

const MAY_HAVE_RUN =
  'It was handed out before, so a run of it may have begun; its definition (acknowledge: before) wants no second one.';

/** One delivery's journey: read it, run it, settle it. Never rejects. */
export class TaskRun {
  private task: RunnableTask | undefined;
  /** A handler written for plain Nest has settled its delivery itself. */
  private settledByHand: 'ack' | 'requeue' | 'refuse' | undefined;

  constructor(
    private readonly delivery: Delivery,
    private readonly queue: QueueDefinition,
    private readonly parts: TaskRunParts,
  ) {}

  async run(): Promise<void> {
    const read = await this.read();
    const outcome = 'handler' in read ? await this.attempt(read) : read;
    await this.settle(outcome);
  }

  /** Messages are written by strangers: whatever reading one throws is the message's end, not the worker's. */
  private async read(): Promise<RunnableTask | Outcome> {
    try {
      return await readDelivery(this.delivery, this.queue, this.parts.reading);
    } catch (error) {
      return { kind: 'dead-lettered', reason: 'undecodable', error: recordError(error) };
    }
  }

  private async attempt(task: RunnableTask): Promise<Outcome> {
    this.task = task;
    const { delivery, parts } = this;
    const { policy } = task;
    if (policy.acknowledge === 'before') {
      if (parts.crashes.countOf(delivery).count > 0) return putAside('crash-loop', 'CrashLoopError', MAY_HAVE_RUN);
      if (!delivery.ackBefore()) return { kind: 'requeued' };
    }
    const context = new TaskContext(delivery, task.name, policy, this.byHand());
    const timeout = policy.runIn === 'thread' ? undefined : policy.timeout; // a thread watches it itself
    const startedAt = performance.now();
    parts.events.emit('task.started', delivery.facts());
    try {
      const result = await timedRun(() => parts.invoke(task.handler, task.payload, context), timeout, {
        timedOut: (error) => {
          parts.overruns.add(delivery);
          delivery.abort(error);
        },
        overran: (milliseconds) => {
          parts.overruns.delete(delivery);
          parts.events.emit('task.overran', { ...delivery.facts(), milliseconds });
        },
      });
      if (this.settledByHand === 'refuse')
        return putAside('rejected', 'RejectedError', 'The handler refused the delivery.');
      if (this.settledByHand !== 'requeue') {
        delivery.hasCompleted = true;
        const milliseconds = Math.round(performance.now() - startedAt);
        parts.events.emit('task.completed', { ...delivery.facts(), milliseconds });
      }
      return { kind: 'completed', result };
    } catch (error) {
      return this.failure(error, task);
    }
  }

  private failure(error: unknown, { policy }: RunnableTask): Outcome {
    const { delivery } = this;
    if (delivery.signal.reason instanceof WorkerStoppedError && !delivery.wasAckedBefore) return { kind: 'requeued' };
    if (this.settledByHand === 'refuse')
      return { kind: 'dead-lettered', reason: 'rejected', error: recordError(error) };
    const { attempt, waited, expiresAt } = delivery;
    const run = { attempt, waited, expiresAt, now: Date.now(), random: Math.random };
    return outcomeOf(error, policy, run);
  }

  private async settle(outcome: Outcome): Promise<void> {
    if (this.delivery.state === 'lost') return this.settleLost(outcome);
    if (this.settledByHand === 'ack' || this.settledByHand === 'requeue') return this.settledAlready(outcome);
    const isClaimed = this.settledByHand === 'refuse' || this.delivery.wasAckedBefore;
    if (!isClaimed && !this.delivery.decide(outcome.kind)) return;
    await this.carryOut(outcome);
  }

  private async carryOut(outcome: Outcome): Promise<void> {
    const { delivery, parts, task } = this;
    const isRequest = task?.handler.isEventHandler === false;
    const isAnswered = await parts.replies.send(delivery, outcome);
    if (outcome.kind === 'retrying') return parts.retries.put(delivery, outcome.retry);
    // A request's answer is its outcome; a task that failed is put aside even when somebody was told.
    if (outcome.kind === 'dead-lettered' && !(isRequest && isAnswered)) return parts.deadLetters.put(delivery, outcome);
    if (outcome.kind === 'requeued') {
      const isBack = delivery.isQuarantined ? await parts.crashes.giveBack(delivery) : delivery.requeue();
      if (isBack) parts.events.emit('task.requeued', { ...delivery.facts(), why: 'the worker stops' });
    } else if (!delivery.wasAckedBefore && !delivery.ack()) {
      this.settleLost(outcome);
    }
  }

  /** The broker hands the task out again. */
  private settleLost(outcome: Outcome): void {
    const { delivery, parts } = this;
    const why = `it ended (${outcome.kind}) after its channel had closed; the broker hands it out again`;
    parts.events.emit('task.lost', { ...delivery.facts(), why });
  }

  /** A handler that acknowledged first and failed then has said itself that the task shall not come back. */
  private settledAlready(outcome: Outcome): void {
    const error = outcome.kind === 'retrying' ? outcome.retry.error : 'error' in outcome ? outcome.error : undefined;
    if (error === undefined) return;
    const why = `the handler had settled it itself (${this.settledByHand}) before it failed: ${error.message}`;
    this.parts.events.emit('settle.ignored', { ...this.delivery.facts(), verb: outcome.kind, why });
  }

  private byHand(): HandSettlement {
    const { delivery, parts } = this;
    return {
      ack: () => {
        if (!delivery.decide('ack')) return;
        this.settledByHand = 'ack';
        delivery.ack();
      },
      requeue: () => {
        if (!delivery.decide('requeue')) return;
        this.settledByHand = 'requeue';
        if (delivery.requeue())
          parts.events.emit('task.requeued', { ...delivery.facts(), why: 'its handler asked for it' });
      },
      // Carried out when the handler returns: putting a task aside is a publish and then an ack.
      refuse: () => {
        if (delivery.decide('refuse')) this.settledByHand = 'refuse';
      },
      ignore: (verb) => {
        parts.events.emit('settle.ignored', { ...delivery.facts(), verb, why: 'the message is another delivery’s' });
      },
    };
  }
}
