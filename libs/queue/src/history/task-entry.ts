import type { InLine, Line } from '../line';
import type {
  AddedRecord,
  CompletedRecord,
  DeadLetteredRecord,
  DeadLetterRecord,
  RetryingRecord,
  ReturnedRecord,
  TaskLifecycleRecord,
} from './lifecycle-record';
import { TaskDetails, withoutGaps } from './task-details';
import { isEnd } from './task-record';
import type { TaskRecord, TaskState } from './task-record';

/** What a task takes that completed at its first attempt, its place in the view included, in bytes; without its texts. */
const ENTRY_BYTES = 350;

/** The run in progress, or the one that ended its task. */
interface Run {
  readonly attempt: number;
  readonly worker: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly milliseconds?: number;
}

/** One task in a view, as small as it can be. Records may come late, twice and in another order than they happened in. */
export class TaskEntry implements InLine<TaskEntry> {
  line: Line<TaskEntry> | undefined;
  before: TaskEntry | undefined;
  behind: TaskEntry | undefined;
  name: string | undefined;
  state: TaskState = 'queued';
  addedAt: number | undefined;
  dueAt: number | undefined;
  updatedAt = 0;
  attempt = 0;
  error: string | undefined;
  /** Who ran it last. */
  worker: string | undefined;
  private run: Run | undefined;
  private details: TaskDetails | undefined;

  constructor(
    readonly id: string,
    readonly queue: string,
  ) {}

  /** The note of its progress, or what was said when it ended. */
  get note(): string | undefined {
    return this.details?.progress?.note ?? this.details?.reason;
  }

  /** When the run in progress began; `undefined` when none is. */
  get runningSince(): number | undefined {
    return this.state === 'running' ? this.run?.startedAt : undefined;
  }

  /** When the last run began that has not failed, where that is known. */
  get startedAt(): number | undefined {
    return this.run?.startedAt;
  }

  /** Since when it could be run. */
  get readySince(): number | undefined {
    return this.dueAt ?? this.addedAt;
  }

  /**
   * About how many bytes it takes, with one for each character: those of Latin letters take no more, a text with any other takes two for
   * each. Texts that tasks share count for each.
   */
  get weight(): number {
    const { id, name = '', worker = '', details } = this;
    return ENTRY_BYTES + id.length + name.length + worker.length + (details?.weight ?? 0);
  }

  /** Folds one record in. */
  apply(record: TaskLifecycleRecord): void {
    this.name ??= record.name;
    if (record.kind === 'added') this.add(record.at, record.delay, record.traceId);
    else if (isFromDeadLetters(record)) this.leaveDeadLetters(record);
    else this.applyRun(record);
    this.updatedAt = Math.max(this.updatedAt, record.at);
  }

  /** It is to be cancelled; what has ended stays as it is. */
  requestCancel(by: string): void {
    if (!isEnd(this.state)) this.more().cancelRequestedBy = by;
  }

  /** What became of it, for people. */
  toRecord(): TaskRecord {
    const { id, name, queue, state, addedAt, dueAt, updatedAt, attempt, error, worker, details, run } = this;
    const attempts = [...(details?.failed ?? []), ...(run === undefined ? [] : [run])];
    const { progress, reason, traceId, by } = details ?? {};
    const result = details?.result === undefined ? undefined : (JSON.parse(details.result) as unknown);
    const cancelRequestedBy = isEnd(state) ? undefined : details?.cancelRequestedBy;
    const known = { name, addedAt, dueAt, error, worker, progress, result, reason, traceId, by, cancelRequestedBy };
    const tooLarge = details?.isResultTooLarge === true ? { isResultTooLarge: true } : {};
    return { id, queue, state, updatedAt, attempt, attempts, ...withoutGaps(known), ...tooLarge };
  }

  /** Its producer may tell later than its worker: a state that is known already stays. */
  private add(at: number, delay: number | undefined, traceId: string | undefined): void {
    // Added once more, with its id, after it was cancelled: that cancel is not meant for it.
    if (this.addedAt !== undefined && at > this.addedAt) this.forgetCancel();
    this.addedAt ??= at;
    if (traceId !== undefined) this.more().traceId = traceId;
    if (delay === undefined) return;
    this.dueAt ??= at + delay;
    if (this.attempt === 0 && this.state === 'queued') this.state = 'delayed';
  }

  private leaveDeadLetters({ kind, at, reason, by }: DeadLetterRecord): void {
    if (at < this.updatedAt && this.state !== 'dead-lettered') return; // it has been run since
    if (by !== undefined) this.more().by = by;
    if (kind === 'purged') {
      this.state = 'cancelled';
      this.more().reason = `purged: ${reason}`;
      return;
    }
    this.forgetCancel();
    this.state = 'queued';
    this.attempt = 0;
    this.dueAt = at;
    this.run = undefined;
    if (this.details !== undefined) this.details.reason = undefined;
  }

  private applyRun(record: Exclude<TaskLifecycleRecord, AddedRecord | DeadLetterRecord>): void {
    const attempt = record.attempt ?? this.attempt;
    const isStale = attempt < this.attempt || (attempt === this.attempt && this.isOver(record));
    if (!isStale && record.kind !== 'cancelled') this.worker = record.worker;
    switch (record.kind) {
      case 'started':
        if (!isStale) this.begin({ attempt, worker: record.worker, startedAt: record.at });
        return;
      case 'progressed': {
        const { fraction, note, at } = record;
        if (isStale) return;
        if (this.state !== 'running') this.begin({ attempt, worker: record.worker });
        this.more().progress = { fraction, at, ...withoutGaps({ note }) };
        return;
      }
      case 'completed':
        return this.complete(record, isStale);
      case 'retrying':
      case 'dead-lettered':
        return this.fail(record, isStale);
      case 'cancelled':
        this.end('cancelled', attempt);
        if (record.by !== undefined) this.more().by = record.by;
        return;
      case 'requeued':
      case 'lost':
        return this.comeBack(record, isStale);
    }
  }

  private complete(record: CompletedRecord, isStale: boolean): void {
    const { at, attempt, milliseconds, worker, result, isResultTooLarge } = record;
    if (isStale) return;
    this.end('completed', attempt);
    this.error = undefined;
    this.run = { attempt, worker, startedAt: at - milliseconds, endedAt: at, milliseconds };
    if (result !== undefined) this.more().result = JSON.stringify(result);
    if (isResultTooLarge === true) this.more().isResultTooLarge = true;
  }

  private fail(record: RetryingRecord | DeadLetteredRecord, isStale: boolean): void {
    const { at, attempt, worker, error, stack, milliseconds } = record;
    const nextDelay = record.kind === 'retrying' ? record.delay : undefined;
    const startedAt = milliseconds === undefined ? undefined : at - milliseconds;
    const known = { startedAt, milliseconds, stack, nextDelay };
    this.more().keep({ attempt, worker, endedAt: at, error, ...withoutGaps(known) });
    if (isStale) return;
    this.error = error;
    this.run = undefined;
    if (record.kind === 'dead-lettered') {
      this.end('dead-lettered', attempt);
      this.more().reason = record.reason;
      return;
    }
    this.state = 'retrying';
    this.attempt = attempt;
    this.dueAt = at + record.delay;
  }

  private comeBack(record: ReturnedRecord, isStale: boolean): void {
    const { at, attempt, worker, why } = record;
    const { startedAt } = this.run ?? {};
    if (isStale || isEnd(this.state)) return;
    this.more().keep({ attempt, worker, endedAt: at, error: why, ...withoutGaps({ startedAt }) });
    this.run = undefined;
    this.state = 'queued';
    this.attempt = attempt;
  }

  private forgetCancel(): void {
    if (this.details !== undefined) this.details.cancelRequestedBy = undefined;
  }

  private begin(run: Run): void {
    this.state = 'running';
    this.attempt = run.attempt;
    this.run = run;
    if (this.details !== undefined) this.details.progress = undefined;
  }

  private end(state: TaskState, attempt: number): void {
    this.state = state;
    this.attempt = Math.max(this.attempt, attempt);
  }

  /** Whether what is said of the same attempt was said before it ended. */
  private isOver({ kind, at }: TaskLifecycleRecord): boolean {
    if (kind === 'completed' || kind === 'dead-lettered' || kind === 'cancelled') return false;
    return (isEnd(this.state) || this.state === 'retrying') && at <= this.updatedAt;
  }

  private more(): TaskDetails {
    this.details ??= new TaskDetails();
    return this.details;
  }
}

function isFromDeadLetters(record: TaskLifecycleRecord): record is DeadLetterRecord {
  return record.kind === 'redriven' || record.kind === 'purged';
}
