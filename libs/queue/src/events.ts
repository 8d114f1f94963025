import { EventEmitter } from 'node:events';
import type { DeadLetterReason } from './message/dead-letter-message';

/** Which task an event is about. */
export interface TaskFacts {
  /** The task's id (`message_id`); a message of another program may have none. */
  readonly id: string | undefined;
  /** The task's name; what the message's `type` claims when it could not be read, or `undefined`. */
  readonly name: string | undefined;
  readonly queue: string;
  /** The run in progress, from 1. */
  readonly attempt: number;
  readonly redelivered: boolean;
}

/** Which connection: adding tasks and handling them never share one, and looking into dead-letter queues brings its own. */
export type ConnectionRole = 'producing' | 'consuming' | 'browsing';

/** Everything that happens, by name. Observers in `telemetry/` turn these into log lines. */
export interface QueueEventMap {
  'task.added': { id: string; name: string; queue: string; delay: number };
  'task.started': TaskFacts;
  'task.completed': TaskFacts & { milliseconds: number };
  'task.dead-lettered': TaskFacts & { reason: DeadLetterReason; error: string };
  /**
   * Failed, and waits in the broker for its next attempt. `delay` in milliseconds. `nextAttempt` is `attempt` again when its
   * handler has put it off without counting the run (`RetryLater`).
   */
  'task.retrying': TaskFacts & { nextAttempt: number; delay: number; error: string };
  /** A run ended after its timeout; its task has its outcome since then, and nothing follows from this end. */
  'task.overran': TaskFacts & { milliseconds: number };
  /** Runs alone, because so many runs of it have ended without an outcome: nothing is consumed meanwhile. */
  'task.isolated': TaskFacts & { crashes: number };
  /** Given back to its queue without an outcome: the worker stops, or could not put it aside. */
  'task.requeued': TaskFacts & { why: string };
  /** A run ended after its delivery was lost with its channel; the broker hands the task out again. */
  'task.lost': TaskFacts & { why: string };
  /** Handed out again while its first run, which lost its channel, still goes on in this worker; waits for that run. */
  'task.held': TaskFacts;
  /** A held task whose first run has completed; acknowledged without a second run. */
  'task.skipped': TaskFacts;
  /** A handler settled a delivery that was settled already, or too late. Nothing was sent to the broker. */
  'settle.ignored': TaskFacts & { verb: string; why: string };
  /** A publish to the task's next place failed and is tried again; the delivery stays unacknowledged meanwhile. */
  'handover.postponed': TaskFacts & { place: string; why: string };
  /** Given back to its queue from the dead-letter queue. */
  'task.redriven': { id: string; name: string | undefined; queue: string; reason: string };
  /** Thrown away from the dead-letter queue, for good. */
  'task.purged': { id: string; name: string | undefined; queue: string; reason: string };
  /** Delayed tasks that had come due while their queue was missing, put into it now. */
  'undelivered.fetched': { queue: string; tasks: number };
  /** They could not be fetched; tried again, later each time. Nothing is lost. */
  'undelivered.postponed': { why: string };
  /** A suspect in this queue's quarantine could not be run alone by now; tried again, later each time. Told once a reason. */
  'quarantine.postponed': { queue: string; why: string };
  'reply.failed': TaskFacts & { why: string };
  'connection.open': { role: ConnectionRole; url: string; broker: string };
  'connection.lost': { role: ConnectionRole; why: string };
  /**
   * An attempt to connect has failed, told once a reason and outage. `isRefusedAtStart`: the broker refuses user, password or
   * virtual host of a connection that was never open; a worker ends for it, a producer tries again.
   */
  'connection.failed': { role: ConnectionRole; url: string; why: string; isRefusedAtStart: boolean };
  'connection.blocked': { role: ConnectionRole; why: string };
  'connection.unblocked': { role: ConnectionRole };
  'consumer.started': { queue: string; prefetch: number };
  'consumer.interrupted': { queue: string; why: string };
  'consumer.stopped': { queue: string };
  /** At the start: the broker takes a task back before its definition's `timeout`. Milliseconds. */
  'timeout.too-long': { name: string; timeout: number; brokerAckTimeout: number };
  /** A thread ended while it ran nothing, or could not begin its task: that one comes back, and it was no attempt. */
  'thread.failed': { why: string };
  /** At the start: a definition says how it is tried again (`backoff`, `retryIf`), and has one attempt. */
  'attempts.missing': { name: string; options: readonly string[] };
  'worker.stopping': { running: number; timeout: number };
  'worker.deadline': { running: number };
  /** A supervisor has started a process of one of its workers; `restarts`: how often before. */
  'worker.started': { worker: number; pid: number | undefined; restarts: number };
  /** A worker's process has ended as it was told to. */
  'worker.stopped': { worker: number; pid: number | undefined };
  /** A worker's process has ended otherwise. `restartIn` in milliseconds; `undefined`: it is not started again. */
  'worker.died': { worker: number; pid: number | undefined; why: string; restartIn: number | undefined };
  /** A supervisor ends a worker's process that does not answer any more. What it held goes back to the broker. */
  'worker.killed': { worker: number; pid: number | undefined; why: string };
  'supervisor.stopping': { workers: number; why: string };
  /** A worker dies at once again and again: all are stopped, and the supervisor exits with 1. */
  'supervisor.gave-up': { worker: number; why: string };
}

/** Where the library says what happens. A listener that throws is a defect of the listener: it is reported, never a task's end. */
export class QueueEvents {
  private readonly emitter = new EventEmitter({ captureRejections: false });

  emit<Name extends keyof QueueEventMap>(name: Name, event: QueueEventMap[Name]): void {
    try {
      this.emitter.emit(name, event);
    } catch (error) {
      process.emitWarning(`A listener of "${name}" threw: ${String(error)}`, 'QueueEventsWarning');
    }
  }

  on<Name extends keyof QueueEventMap>(name: Name, listener: (event: QueueEventMap[Name]) => void): () => void {
    this.emitter.on(name, listener);
    return () => this.emitter.off(name, listener);
  }
}
