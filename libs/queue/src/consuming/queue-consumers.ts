import type { ConsumerState, QueueConsumer } from '../connection/queue-consumer';
import type { QueueDefinition } from '../define-queue';
import type { QueueEvents } from '../events';
import { readinessReasons, readinessRemarks } from '../readiness-reasons';
import type { Steering } from '../steering/steering';
import type { Intake } from './quarantine';

/**
 * The consumers of one worker, one for each of its queues, and what keeps them from taking anything in: a task that runs alone, a
 * pause, an order to be quiet.
 */
export class QueueConsumers implements Intake {
  private consumers: readonly QueueConsumer[] = [];

  private isQuiet = false;
  private isDismissed = false;

  constructor(
    private readonly consumerOf: (queue: QueueDefinition) => QueueConsumer,
    private readonly steering: Steering,
    /** Told when tasks may have been cancelled. */
    private readonly deliveries: { cancelRuns(): void },
    private readonly events: QueueEvents,
  ) {}

  get takenFrom(): readonly string[] {
    if (this.isQuiet) return [];
    return this.consumers.map(({ queue }) => queue).filter((queue) => !this.steering.paused.has(queue));
  }

  /** Each queue with the state of its consumer. */
  get states(): readonly { readonly queue: string; readonly state: ConsumerState }[] {
    return this.consumers.map(({ queue, state }) => ({ queue, state }));
  }

  /** From now on these are the worker's queues; nothing is consumed before {@link start}. */
  open(queues: readonly QueueDefinition[]): void {
    this.consumers = queues.map((queue) => this.consumerOf(queue));
    this.steering.onChange(() => {
      this.obey();
      this.deliveries.cancelRuns();
    });
  }

  /** Resolves when each consumes, or could and is not to. @throws TopologyError or AccessDeniedError when the broker refuses one. */
  async start(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.start()));
  }

  async suspend(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.suspend('isolation')));
  }

  resume(): void {
    for (const consumer of this.consumers) consumer.suspension.remove('isolation');
  }

  /** No more deliveries; those handed out can still be settled. */
  async stop(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  /** Closes their channels, after {@link stop}. */
  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
  }

  /** The queues that are not consumed though they are to be; one that waits for a task to run alone, only after so many milliseconds. */
  problems(connectionFailure: string | undefined, suspendedAtMost: number): string[] {
    return this.consumers
      .filter(({ state, suspendedFor }) =>
        state === 'suspended' ? suspendedFor > suspendedAtMost : state !== 'consuming',
      )
      .map(({ queue, state, lastFailure }) =>
        readinessReasons.notConsumed(queue, connectionFailure ?? lastFailure ?? state),
      );
  }

  /** What was ordered, and keeps it from taking anything in. */
  get remarks(): readonly string[] {
    const { paused, wish } = this.steering;
    return [
      ...this.consumers.flatMap(({ queue }) => {
        const pause = paused.get(queue);
        return pause === undefined ? [] : readinessRemarks.paused(pause);
      }),
      ...(wish === undefined ? [] : [readinessRemarks.quiet(wish.by)]),
    ];
  }

  /** Carries out what is ordered. To be called again whenever that has changed; what is done already is not done again. */
  private obey(): void {
    for (const consumer of this.consumers) this.pauseOrResume(consumer);
    const { wish } = this.steering;
    if (wish === undefined) return;
    if (!this.isQuiet && wish.kind === 'quiet') this.events.emit('worker.quieted', { by: wish.by });
    this.isQuiet = true;
    for (const consumer of this.consumers) void consumer.suspend('quiet');
    if (wish.kind !== 'stop' || this.isDismissed) return;
    this.isDismissed = true;
    this.events.emit('worker.dismissed', { by: wish.by });
  }

  private pauseOrResume(consumer: QueueConsumer): void {
    const { queue } = consumer;
    const pause = this.steering.paused.get(queue);
    if ((pause !== undefined) === consumer.suspension.has('pause')) return;
    if (pause === undefined) {
      this.events.emit('queue.resumed', { queue, by: this.steering.orderOf(queue)?.by });
      consumer.suspension.remove('pause');
    } else {
      this.events.emit('queue.paused', { queue, by: pause.by, at: pause.at, reason: pause.reason });
      void consumer.suspend('pause');
    }
  }
}
