import type { StreamEntry, StreamWriteEnd } from '../connection/stream-writer';
import type { QueueEventMap, QueueEvents } from '../events';
import type { Beats, WorkInHand } from './beats';
import { RecordBatch } from './record-batch';
import type { RunNote } from './record-batch';

/** AMQP's `type` of the messages that hold records. */
export const RECORDS = 'warren.records';

/** Records wait so long for company, in milliseconds. A run that ends sooner is told of once, at its end. */
const COMPANY_MS = 100;

/** Characters after which a batch is sent at once. */
const MAX_BATCH = 60_000;

/** After a refusal nothing is written for so long, in milliseconds; what happens meanwhile is counted as dropped. */
const PAUSE_MS = 5_000;

/** Where batches go. */
export interface RecordSink {
  /** Why nothing can be written at the moment. */
  readonly problem: string | undefined;
  write(entry: StreamEntry, ended: StreamWriteEnd): boolean;
  flush(timeout: number): Promise<void>;
}

/** A run that goes on in this process. */
export interface RunInHand extends RunNote {
  /** When it began, on the process's clock; `undefined` before. */
  readonly runningSince: number | undefined;
}

/** What stop() waits for at most, in milliseconds. */
const FLUSH_MS = 2_000;

/**
 * Writes down what happens in this process, for histories: events become records, records batches, batches messages of a stream. It
 * never throws, never waits and keeps little: a batch that cannot be sent is dropped, counted and said once. For a task that is handled
 * it does one thing, at its end: it appends one text. Runs that take longer are found by looking who runs when a batch is sent.
 */
export class Recorder {
  private readonly batch: RecordBatch;
  private readonly listening: (() => void)[] = [];
  private readonly reported = new WeakSet<RunInHand>();
  private droppedRecords = 0;
  private isDropping = false;
  private isPaused = false;
  private isArmed = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly tick = (): void => {
    this.isArmed = false;
    const isSomeoneNew = this.reportRuns();
    this.flush();
    if (isSomeoneNew) this.arm();
  };

  constructor(
    worker: string,
    private readonly sink: RecordSink,
    private readonly events: QueueEvents,
    private readonly work: WorkInHand,
    private readonly beats: Beats,
  ) {
    this.batch = new RecordBatch(worker);
  }

  /** Records that were dropped so far, because there is no stream or too much waited for it. */
  get dropped(): number {
    return this.droppedRecords;
  }

  /** Begins to listen. `tasks`: only to what is done to them, for a process that comes and goes. */
  start(what: 'everything' | 'tasks' = 'everything'): void {
    this.hearTasks();
    if (what === 'tasks') return;
    this.hearProcess();
    this.beats.start(() => this.beat());
  }

  /** Writes down what is left, and waits for it two seconds at most. May be called twice. */
  async stop(): Promise<void> {
    if (this.listening.length === 0) return;
    for (const stopListening of this.listening.splice(0)) stopListening();
    this.beats.stop();
    clearTimeout(this.timer);
    if (this.beats.isWorker && !this.isOff()) this.batch.process(Date.now(), 'worker.stopped');
    this.flush();
    await this.sink.flush(FLUSH_MS);
  }

  private hearTasks(): void {
    const { batch } = this;
    this.hear('task.completed', (e) => batch.completed(Date.now(), e, e.milliseconds, e.result));
    this.hear('task.added', (e) => batch.added(Date.now(), e, e.delay, e.traceId));
    this.hear('task.retrying', (e) => batch.retrying(Date.now(), e, e.nextAttempt, e.delay, e));
    this.hear('task.dead-lettered', (e) => batch.deadLettered(Date.now(), e, e.reason, e));
    this.hear('task.cancelled', (e) => batch.cancelled(Date.now(), e, e.by));
    this.hear('task.progress', (e) => batch.progressed(Date.now(), e, e.fraction, e.note));
    this.hear('control.sent', (e) => batch.ordered(Date.now(), e.action, e.subject, e.by, e.reason));
    this.hear('task.requeued', (e) => batch.returned(Date.now(), e, 'requeued', e.why));
    this.hear('task.lost', (e) => batch.returned(Date.now(), e, 'lost', e.why));
    this.hear('task.redriven', (e) => batch.fromDeadLetters(Date.now(), e, 'redriven', e.reason, e.by));
    this.hear('task.purged', (e) => batch.fromDeadLetters(Date.now(), e, 'purged', e.reason, e.by));
    this.listening.push(this.events.on('task.started', () => this.arm()));
  }

  private hearProcess(): void {
    const { batch, beats, events } = this;
    // Also while nothing can be written: the beats that come later say it.
    this.listening.push(
      events.on('worker.quieted', () => beats.leaves('quiet')),
      events.on('worker.stopping', () => beats.leaves('stopping')),
    );
    this.hear('worker.quieted', ({ by }) => batch.process(Date.now(), 'worker.quieted', by));
    this.hear('worker.stopping', ({ running }) => batch.process(Date.now(), 'worker.stopping', `${running} running`));
    this.hear('connection.open', ({ role, broker }) =>
      batch.process(Date.now(), 'connection.open', `${role}: ${broker}`),
    );
    this.hear('connection.lost', ({ role, why }) => batch.process(Date.now(), 'connection.lost', `${role}: ${why}`));
    this.hear('connection.blocked', ({ role, why }) =>
      batch.process(Date.now(), 'connection.blocked', `${role}: ${why}`),
    );
    this.hear('connection.unblocked', ({ role }) => batch.process(Date.now(), 'connection.unblocked', role));
    this.hear('consumer.started', ({ queue }) => {
      batch.process(Date.now(), 'consumer.started', undefined, queue);
      beats.soon(); // a worker is seen when it begins, not five seconds later
    });
    this.hear('consumer.interrupted', ({ queue, why }) =>
      batch.process(Date.now(), 'consumer.interrupted', why, queue),
    );
  }

  private hear<Name extends keyof QueueEventMap>(name: Name, write: (event: QueueEventMap[Name]) => void): void {
    const listener = (event: QueueEventMap[Name]): void => {
      if (this.isOff()) return;
      write(event);
      this.sendSoon();
    };
    this.listening.push(this.events.on(name, listener));
  }

  /** Counts one record as dropped while nothing can be written. */
  private isOff(): boolean {
    if (this.isPaused) this.droppedRecords += 1;
    return this.isPaused;
  }

  private sendSoon(): void {
    if (this.batch.size >= MAX_BATCH) this.flush();
    else this.arm();
  }

  private beat(): void {
    if (this.isOff()) return;
    this.batch.beat(Date.now(), { ...this.beats.describe(), dropped: this.droppedRecords });
    this.flush();
  }

  private arm(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    this.timer = setTimeout(this.tick, COMPANY_MS).unref();
  }

  /** Tells of runs that go on for a while; `true` when there are some that have just begun. */
  private reportRuns(): boolean {
    const now = performance.now();
    let isSomeoneNew = false;
    for (const run of this.work.runs()) {
      const { runningSince } = run;
      if (runningSince === undefined || this.reported.has(run)) continue;
      if (now - runningSince < COMPANY_MS) {
        isSomeoneNew = true;
      } else {
        this.reported.add(run);
        if (!this.isOff()) this.batch.started(Math.round(Date.now() - (now - runningSince)), run);
      }
    }
    return isSomeoneNew;
  }

  private flush(): void {
    const { count } = this.batch;
    if (count === 0) return;
    const content = Buffer.from(this.batch.take());
    this.sink.write({ content, type: RECORDS }, (problem) => this.written(count, problem));
  }

  private written(count: number, problem: string | undefined): void {
    if (problem !== undefined) {
      this.droppedRecords += count;
      if (this.sink.problem !== undefined) this.pause();
      if (!this.isDropping && this.listening.length > 0) this.events.emit('history.interrupted', { why: problem });
    } else if (this.isDropping) {
      this.events.emit('history.resumed', { dropped: this.droppedRecords });
    }
    this.isDropping = problem !== undefined;
  }

  private pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    setTimeout(() => {
      this.isPaused = false;
    }, PAUSE_MS).unref();
  }
}
