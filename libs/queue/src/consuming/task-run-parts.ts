import type { ConsumerSerializer, MessageHandler } from '@nestjs/microservices';
import type { Publisher } from '../connection/publisher';
import type { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';
import { ProgressReports } from '../steering/progress-reports';
import type { Cancels } from '../steering/steering-state';
import type { TaskRegistry } from '../task-registry';
import type { Tracing } from '../tracing';
import type { Batches } from './batches';
import { CrashWatch } from './crash-watch';
import { DeadLetters } from './dead-letters';
import type { Delivery } from './delivery';
import type { Handover } from './handover';
import type { TellEarlier } from './last-value';
import type { Reading } from './read-delivery';
import { Replies } from './replies';
import { Retries } from './retries';
import type { TaskContext } from './task-context';
import { TimeLimits } from './time-limits';

/** Runs that have their slot and wait for something else. */
export interface WaitingRuns {
  /** A channel has closed, or tasks were cancelled: whoever need not be waited for leaves. */
  dropGone(): void;
}

/** What the runs of one worker share. */
export interface TaskRunParts {
  readonly reading: Reading;
  readonly crashes: CrashWatch;
  readonly deadLetters: DeadLetters;
  readonly retries: Retries;
  readonly replies: Replies;
  readonly batches: Batches;
  readonly threads: WaitingRuns;
  readonly timeLimits: TimeLimits;
  /** What is cancelled. */
  readonly cancels: Cancels;
  readonly progress: ProgressReports<Delivery>;
  readonly events: QueueEvents;
  readonly tracing: Tracing;
  /** Milliseconds after which a run that holds its slot is stuck, to readiness. */
  readonly stuckAfter: number;
  /** Runs that go on although their time is over. */
  readonly overruns: Set<Delivery>;
  /**
   * Nest's pipeline around a handler: guards, pipes, interceptors, filters.
   * @param tell told of the values of a stream that others follow, where somebody waits for them
   */
  readonly invoke: (
    handler: MessageHandler,
    payload: unknown,
    context: TaskContext,
    tell?: TellEarlier,
  ) => Promise<unknown>;
}

/** What the parts are made of, and what of them the worker has at hand itself. */
export interface TaskRunSources extends Pick<
  TaskRunParts,
  'batches' | 'threads' | 'cancels' | 'events' | 'tracing' | 'invoke'
> {
  readonly handlerOf: Reading['handlerOf'];
  readonly publisher: Publisher;
  readonly registry: TaskRegistry;
  readonly settings: QueueSettings;
  readonly handover: Handover;
  /** The clock by which delays and expiries are. */
  readonly now: Reading['now'];
  /** Writes the answers to requests, as Nest's server is told to. */
  readonly serializer: () => ConsumerSerializer;
}

/** The parts of one worker: each run has the same ones. */
export function taskRunParts(sources: TaskRunSources): TaskRunParts {
  const {
    publisher,
    registry,
    settings,
    handover,
    now,
    handlerOf,
    serializer,
    batches,
    threads,
    cancels,
    events,
    tracing,
    invoke,
  } = sources;
  const deadLetters = new DeadLetters(handover, events, now);
  const isQuorum = (queue: string): boolean => registry.isQuorum(queue, settings.queueType);
  return {
    reading: {
      registry,
      maxMessageBytes: settings.maxMessageBytes,
      now,
      acksBefore: (queue) => registry.acksBefore(queue),
      handlerOf,
    },
    crashes: new CrashWatch(settings.crashLimit, isQuorum, deadLetters, handover, events),
    deadLetters,
    retries: new Retries(handover, events, now),
    replies: new Replies(publisher, settings.publishTimeout, events, serializer),
    batches,
    threads,
    timeLimits: new TimeLimits(),
    cancels,
    progress: new ProgressReports(
      (run, progress) => events.emit('task.progress', { ...run.facts(), ...progress }),
      (run, fraction) => events.emit('progress.ignored', { ...run.facts(), fraction }),
    ),
    events,
    tracing,
    stuckAfter: settings.stuckAfter,
    overruns: new Set(),
    invoke,
  };
}
