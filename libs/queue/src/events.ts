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
  /** The trace it belongs to, when its message names one or its run is traced. */
  readonly traceId?: string | undefined;
  /** When it was added with an id that was there before it, or redriven (`x-added-at`), in milliseconds since 1970: tells it from those before with its id. */
  readonly life?: number | undefined;
}

/** What is told of a task that does not run. */
type IdleTask = Pick<TaskFacts, 'name' | 'queue' | 'life'> & { readonly id: string };

/** What is known of a run that failed. */
export interface FailedRun {
  /** Of what was thrown. */
  readonly stack?: string | undefined;
  /** How long it ran, in milliseconds; `undefined` where it did not begin. */
  readonly milliseconds?: number | undefined;
}

/** Which connection: adding tasks and handling them never share one, and looking into dead-letter queues brings its own. */
export type ConnectionRole = 'producing' | 'consuming' | 'browsing';

/** Everything that happens, by name. Observers in `telemetry/` turn these into log lines. */
export interface QueueEventMap {
  'task.added': IdleTask & { name: string; delay: number; traceId?: string | undefined };
  /** An event is in every queue that is bound for it. */
  'event.published': { id: string; name: string; exchange: string; traceId?: string | undefined };
  /** The publishing of an event has failed, which its publisher was told. `isUnroutable`: no queue is bound for it; else it may be in some. */
  'event.unpublished': {
    id: string;
    name: string;
    exchange: string;
    isUnroutable: boolean;
    error: string;
    traceId?: string | undefined;
  };
  /** `dueAt`: since when it could have been run, in milliseconds since 1970, where that is known; never of what was handed out before. Worked out when it is read. */
  'task.started': TaskFacts & { readonly dueAt?: number | undefined };
  /**
   * `result`: what its handler returned, unless its definition says that it is not kept; of a handler in a thread what is kept of it, as JSON
   * has it, and of a result that is too large a symbol.
   */
  'task.completed': TaskFacts & { milliseconds: number; result?: unknown };
  'task.dead-lettered': TaskFacts & { reason: DeadLetterReason; error: string } & FailedRun;
  /**
   * Failed, and waits in the broker for its next attempt. `delay` in milliseconds. `nextAttempt` is `attempt` again when its
   * handler has put it off without counting the run (`RetryLater`).
   */
  'task.retrying': TaskFacts & { nextAttempt: number; delay: number; error: string } & FailedRun;
  /** Another system's message says that no run may begin yet, and waits in the broker until then. `delay` in milliseconds. */
  'task.postponed': TaskFacts & { delay: number };
  /** A run ended after its timeout; its task has its outcome since then, and nothing follows from this end. */
  'task.overran': TaskFacts & { milliseconds: number };
  /** Runs alone, because so many runs of it have ended without an outcome: nothing is consumed meanwhile. */
  'task.isolated': TaskFacts & { crashes: number };
  /** Acknowledged because somebody has cancelled it; `hasRun`: its run was under way, and failed since. */
  'task.cancelled': TaskFacts & { by: string; hasRun: boolean };
  /** How far a run says that it is, from 0 to 1: the latest, at most four times a second. */
  'task.progress': TaskFacts & { fraction: number; note: string | undefined };
  /** A handler has reported a `fraction` that is none: not a number from 0 to 1. The report was dropped; told once a run. */
  'progress.ignored': TaskFacts & { fraction: number };
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
  /** Given back to its queue from the dead-letter queue, by whom. */
  'task.redriven': IdleTask & { reason: string; by: string };
  /** Thrown away from the dead-letter queue, for good, by whom. */
  'task.purged': IdleTask & { reason: string; by: string };
  /** This process has asked for it, and the broker has it. `subject`: ids of tasks, a queue, or a worker. */
  'control.sent': {
    action: 'cancel' | 'pause' | 'resume' | 'quiet' | 'stop';
    subject: string;
    by: string;
    reason?: string;
  };
  /** This worker consumes though it could not read what was ordered: what is cancelled or paused may run. */
  'control.unread': { why: string };
  /** This worker takes nothing from a queue of its own any more. `at`: when it was asked for, in milliseconds since 1970. */
  'queue.paused': { queue: string; by: string; at: number; reason: string | undefined };
  'queue.resumed': { queue: string; by: string | undefined };
  /** This worker was told to take nothing new: what runs ends, and it stays up. */
  'worker.quieted': { by: string };
  /** This worker was told to stop, as SIGTERM would tell it. */
  'worker.dismissed': { by: string };
  /** Delayed tasks that had come due while their queue was missing, put into it now. */
  'undelivered.fetched': { queue: string; tasks: number };
  /** They could not be fetched; tried again, later each time. Nothing is lost. */
  'undelivered.postponed': { why: string };
  /** A suspect in this queue's quarantine could not be run alone by now; tried again, later each time. Told once a reason. */
  'quarantine.postponed': { queue: string; why: string };
  'reply.failed': TaskFacts & { why: string };
  /**
   * A stream cannot be written or read: the broker has none, or the user may not. Everything else goes on without it; it is asked for
   * again now and then. Told once a reason.
   */
  'stream.unavailable': { stream: string; use: 'writing' | 'reading'; why: string };
  /** A stream that was unavailable is written or read. */
  'stream.available': { stream: string; use: 'writing' | 'reading' };
  /** What happens is not recorded for now: records are dropped. Tasks are not touched by it. */
  'history.interrupted': { why: string };
  /** It is recorded again. `dropped`: records of this process that are missing, since it began. */
  'history.resumed': { dropped: number };
  /** A stream exists with other limits than the settings say; it is used as it is. */
  'stream.differs': { stream: string; why: string };
  'connection.open': { role: ConnectionRole; url: string; broker: string };
  'connection.lost': { role: ConnectionRole; why: string };
  /**
   * An attempt to connect has failed, told once a reason and outage. `isDeniedAtStart`: the broker refuses user, password or
   * virtual host of a connection that was never open; a worker ends for it, a producer tries again.
   */
  'connection.failed': { role: ConnectionRole; url: string; why: string; isDeniedAtStart: boolean };
  'connection.blocked': { role: ConnectionRole; why: string };
  'connection.unblocked': { role: ConnectionRole };
  'consumer.started': { queue: string; prefetch: number };
  'consumer.interrupted': { queue: string; why: string };
  'consumer.stopped': { queue: string };
  /** At the start: the broker takes a task back before its definition's `timeout`. Milliseconds. */
  'timeout.too-long': { name: string; timeout: number; brokerAckTimeout: number };
  /** At the start: a queue of tasks that run in threads has more slots than this worker has threads. */
  'threads.too-few': { queue: string; concurrency: number; threads: number };
  /** A thread ended while it ran nothing, or could not begin its task: that one comes back, and it was no attempt. */
  'thread.failed': { why: string };
  /** A thread that was ended with its run has not gone a second later: native code ends when it returns. It keeps its place among the threads. */
  'thread.lingers': { id: string | undefined; name: string; queue: string };
  /** It has gone, so many milliseconds after it was ended. */
  'thread.gone': { id: string | undefined; name: string; queue: string; milliseconds: number };
  /** At the start: a definition says how it is tried again (`backoff`, `retryIf`), and has one attempt. */
  'attempts.missing': { name: string; options: readonly string[] };
  /**
   * At the start: this worker consumes the queue of a task, or one that is bound for an event, and has no handler of its name. `runIn`: it runs in
   * a thread, and the module of the threads has none; told when the first of them has booted.
   */
  'handler.missing': { name: string; queue: string; runIn?: 'thread' };
  /** At the start: this worker has handlers of these names, and neither a task nor an event is defined with them. */
  'definition.missing': { names: readonly string[] };
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

type Listener<Name extends keyof QueueEventMap> = (event: QueueEventMap[Name]) => void;

/**
 * Where the library says what happens. A listener that throws is a defect of the listener: it is reported as a warning of the process, never a
 * task's end, and those behind it are told all the same.
 */
export class QueueEvents {
  /** Lists that never change: who begins or ends to listen while an event is told changes nothing for that one. */
  private readonly listeners: { [Name in keyof QueueEventMap]?: readonly Listener<Name>[] } = {};

  /** Tells everybody who listens, at once and in their order. */
  emit<Name extends keyof QueueEventMap>(name: Name, event: QueueEventMap[Name]): void {
    const listeners = this.of(name);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(`A listener of "${name}" threw: ${String(error)}`, 'QueueEventsWarning');
      }
    }
  }

  /** Listens to the events of a name, until the function is called that this returns. */
  on<Name extends keyof QueueEventMap>(name: Name, listener: Listener<Name>): () => void {
    const own: Listener<Name> = (event) => listener(event); // one who listens twice is told twice, and stops once
    this.set(name, [...(this.of(name) ?? []), own]);
    return () =>
      this.set(
        name,
        (this.of(name) ?? []).filter((one) => one !== own),
      );
  }

  private of<Name extends keyof QueueEventMap>(name: Name): readonly Listener<Name>[] | undefined {
    return this.listeners[name];
  }

  private set<Name extends keyof QueueEventMap>(name: Name, listeners: readonly Listener<Name>[]): void {
    (this.listeners as { [Key in Name]?: readonly Listener<Key>[] })[name] = listeners;
  }
}
