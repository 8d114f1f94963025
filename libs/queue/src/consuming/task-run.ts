import type { QueueDefinition } from '../define-queue';
import { TaskCancelledError, WorkerStoppedError } from '../errors';
import type { TaskTimeoutError } from '../errors';
import { isPromise } from '../is-promise';
import type { Delivery } from './delivery';
import { putAside, recordError } from './outcome';
import type { Outcome } from './outcome';
import { readDelivery } from './read-delivery';
import type { RunnableTask } from './read-delivery';
import { outcomeOf } from './retry-decision';
import { TaskContext } from './task-context';
import type { RunVoice } from './task-context';
import type { TaskRunParts } from './task-run-parts';
import type { LimitedRun } from './time-limits';

const MAY_HAVE_RUN =
  'It was handed out before, so a run of it may have begun; its definition (acknowledge: before) wants no second one.';

/** One delivery's journey: read it, run it, settle it. Never rejects. */
export class TaskRun implements RunVoice, LimitedRun {
  private task: RunnableTask | undefined;
  /** A handler written for plain Nest has settled its delivery itself. */
  private settledByHand: 'ack' | 'requeue' | 'reject' | undefined;
  /** Of a run that failed, for whoever waits for its answer. */
  private thrown: unknown;
  private hasReported = false;
  private hasEnded = false;

  constructor(
    private readonly delivery: Delivery,
    private readonly queue: QueueDefinition,
    private readonly parts: TaskRunParts,
  ) {}

  async run(): Promise<void> {
    const reading = this.read();
    const read = isPromise(reading) ? await reading : reading;
    const outcome = this.cancelledByStatedId() ?? ('handler' in read ? await this.attempt(read) : read);
    await this.settle(outcome);
  }

  /** Of another system's message the id may be known only when it has been read. */
  private cancelledByStatedId(): Outcome | undefined {
    const { delivery, parts } = this;
    if (delivery.stated?.id === undefined || parts.cancels.cancelCount === 0) return undefined;
    const cancel = parts.cancels.cancelOf(delivery);
    return cancel === undefined ? undefined : { kind: 'cancelled', by: cancel.by };
  }

  /** Somebody has cancelled it before its run. It is read all the same: whoever hears or waits for its end knows it by what it says. */
  async endCancelled(by: string): Promise<void> {
    const reading = this.read();
    if (isPromise(reading)) await reading;
    await this.settle({ kind: 'cancelled', by });
  }

  progress(fraction: number, note: string | undefined): void {
    if (this.hasEnded) return;
    this.hasReported = true;
    this.parts.progress.report(this.delivery, fraction, note);
  }

  ack(): void {
    if (!this.delivery.decide('ack')) return;
    this.settledByHand = 'ack';
    this.delivery.ack();
  }

  requeue(): void {
    const { delivery, parts } = this;
    if (!delivery.decide('requeue')) return;
    this.settledByHand = 'requeue';
    if (delivery.requeue())
      parts.events.emit('task.requeued', { ...delivery.facts(), why: 'its handler asked for it' });
  }

  /** Carried out when the handler returns: putting a task aside is a publish and then an ack. */
  reject(): void {
    if (this.delivery.decide('reject')) this.settledByHand = 'reject';
  }

  ignore(verb: string): void {
    const why = 'the message is another delivery’s';
    this.parts.events.emit('settle.ignored', { ...this.delivery.facts(), verb, why });
  }

  timedOut(error: TaskTimeoutError): void {
    this.parts.overruns.add(this.delivery);
    this.delivery.abort(error);
  }

  overran(milliseconds: number): void {
    this.parts.overruns.delete(this.delivery);
    this.parts.events.emit('task.overran', { ...this.delivery.facts(), milliseconds });
  }

  /** Messages are written by strangers: whatever reading one throws is the message's end, not the worker's. */
  private read(): RunnableTask | Outcome | Promise<RunnableTask | Outcome> {
    try {
      const read = readDelivery(this.delivery, this.queue, this.parts.reading);
      return isPromise(read) ? read.catch(undecodable) : read;
    } catch (error) {
      return undecodable(error);
    }
  }

  private async attempt(task: RunnableTask): Promise<Outcome> {
    this.task = task;
    const { delivery, parts } = this;
    const { policy } = task;
    if (policy.acknowledge === 'before') {
      if (parts.crashes.countOf(delivery).count > 0) return putAside('crash-loop', 'CrashLoopError', MAY_HAVE_RUN);
      if (!(await delivery.ackBefore())) return { kind: 'requeued' };
    }
    const startedAt = performance.now();
    parts.events.emit('task.started', delivery.startFacts());
    try {
      const result = await this.invoke(task);
      if (this.settledByHand === 'reject')
        return this.cancelled() ?? putAside('rejected', 'RejectedError', 'The handler rejected the delivery.');
      if (this.settledByHand !== 'requeue') {
        delivery.hasCompleted = true;
        const milliseconds = Math.round(performance.now() - startedAt);
        parts.events.emit(
          'task.completed',
          delivery.endFacts(milliseconds, policy.keepResult === false ? undefined : result),
        );
      }
      return { kind: 'completed', result };
    } catch (error) {
      delivery.failedAfter = Math.round(performance.now() - startedAt);
      this.thrown = error;
      if (this.hasReported) parts.progress.flush(delivery);
      return this.failure(error, task);
    } finally {
      this.hasEnded = true;
      if (this.hasReported) parts.progress.forget(delivery);
    }
  }

  private invoke(task: RunnableTask): Promise<unknown> {
    const { tracing } = this.parts;
    // A batch is traced as one run.
    if (!tracing.surroundsRuns || task.policy.batch !== undefined) return this.timed(task);
    return tracing.run(this.delivery, () => this.timed(task));
  }

  private timed(task: RunnableTask): Promise<unknown> {
    const { name, policy } = task;
    const context = new TaskContext(this.delivery, name, policy, this);
    // A thread keeps the time of its runs itself.
    if (policy.timeout === undefined || policy.runIn === 'thread') return this.begin(task, context);
    return this.parts.timeLimits.within(policy.timeout, this, () => this.begin(task, context));
  }

  private begin({ handler, payload, policy }: RunnableTask, context: TaskContext): Promise<unknown> {
    const { delivery, parts } = this;
    if (policy.batch === undefined) {
      const { requestId } = delivery;
      const tell = requestId === undefined ? undefined : (value: unknown) => parts.replies.tell(delivery, value);
      return parts.invoke(handler, payload, context, tell);
    }
    const isGone = (): boolean => delivery.state === 'lost' || delivery.abortReason instanceof TaskCancelledError;
    const member = { handler, payload, context, isAlone: delivery.isQuarantined, isGone };
    return parts.batches.join(member, policy.batch);
  }

  private failure(error: unknown, { policy }: RunnableTask): Outcome {
    const { delivery, parts } = this;
    if (delivery.abortReason instanceof WorkerStoppedError && !delivery.wasAckedBefore) return { kind: 'requeued' };
    const cancelled = this.cancelled();
    if (cancelled !== undefined) return cancelled;
    if (this.settledByHand === 'reject')
      return { kind: 'dead-lettered', reason: 'rejected', error: recordError(error) };
    const { attempt, waited, expiresAt } = delivery;
    const run = { attempt, waited, expiresAt, now: parts.reading.now(), random: Math.random };
    return outcomeOf(error, policy, run);
  }

  /** The outcome of a run that did not complete and was cancelled. */
  private cancelled(): Outcome | undefined {
    const { abortReason } = this.delivery;
    return abortReason instanceof TaskCancelledError ? { kind: 'cancelled', by: abortReason.by } : undefined;
  }

  private settle(outcome: Outcome): void | Promise<void> {
    if (this.delivery.state === 'lost') return this.settleLost(outcome);
    if (this.settledByHand === 'ack' || this.settledByHand === 'requeue') return this.settledAlready(outcome);
    const isClaimed = this.settledByHand === 'reject' || this.delivery.wasAckedBefore;
    if (!isClaimed && !this.delivery.decide(outcome.kind)) return undefined;
    return this.delivery.requestId === undefined ? this.carryOut(outcome) : this.answer(outcome);
  }

  /** A request's answer is its outcome; a task that failed is put aside even when somebody was told. */
  private async answer(outcome: Outcome): Promise<void> {
    const isAnswered = await this.parts.replies.send(this.delivery, outcome, this.thrown);
    const isRequest = this.task?.handler.isEventHandler === false;
    if (outcome.kind === 'dead-lettered' && isRequest && isAnswered) this.acknowledge(outcome);
    else await this.carryOut(outcome);
  }

  private carryOut(outcome: Outcome): void | Promise<void> {
    switch (outcome.kind) {
      case 'completed':
      case 'cancelled':
        return this.acknowledge(outcome);
      case 'retrying':
        return this.parts.retries.put(this.delivery, outcome.retry);
      case 'postponed':
        return this.parts.retries.postpone(this.delivery, outcome.until);
      case 'dead-lettered':
        return this.parts.deadLetters.put(this.delivery, outcome);
      case 'requeued':
        return this.giveBack();
    }
  }

  private acknowledge(outcome: Outcome): void {
    const { delivery, parts } = this;
    if (!delivery.wasAckedBefore && !delivery.ack()) return this.settleLost(outcome);
    if (outcome.kind !== 'cancelled') return;
    parts.events.emit('task.cancelled', { ...delivery.facts(), by: outcome.by, hasRun: this.task !== undefined });
  }

  private async giveBack(): Promise<void> {
    const { delivery, parts } = this;
    const isBack = delivery.isQuarantined ? await parts.crashes.giveBack(delivery) : delivery.requeue();
    if (isBack) parts.events.emit('task.requeued', { ...delivery.facts(), why: 'the worker stops' });
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
}

function undecodable(error: unknown): Outcome {
  return { kind: 'dead-lettered', reason: 'undecodable', error: recordError(error) };
}
