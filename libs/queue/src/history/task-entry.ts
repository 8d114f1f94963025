import type { InLine, Line } from '../line';
import type {
  AddedRecord,
  CompletedRecord,
  DeadLetteredRecord,
  DeadLetterRecord,
  OrderedRecord,
  RetryingRecord,
  ReturnedRecord,
  RunRecord,
  TaskLifecycleRecord,
} from './lifecycle-record';
import { isRunAnew } from './run-anew';
import { TaskDetails, withoutGaps } from './task-details';
import { isEnd } from './task-record';
import type { AttemptRecord, TaskRecord, TaskState } from './task-record';

/** What a task takes that completed at its first attempt, its place in the view included, in bytes; without its texts. */
const ENTRY_BYTES = 350;

/**
 * One task in a view, as small as it can be. Records may come late, twice and in another order than they happened in: each says which
 * life of its id it is of, and the latest life is told.
 */
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
  /** The run in progress, or the one that ended its task. */
  private run: AttemptRecord | undefined;
  private details: TaskDetails | undefined;

  /** @param life of the first record that was heard of; see `TaskHappened` */
  constructor(
    readonly id: string,
    readonly queue: string,
    public life = 0,
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
    const { id, name = '', queue, worker = '', details } = this;
    return ENTRY_BYTES + id.length + name.length + queue.length + worker.length + (details?.weight ?? 0);
  }

  /** Folds one record in. */
  apply(record: TaskLifecycleRecord): void {
    this.name ??= record.name;
    if (record.kind === 'added') this.add(record);
    else if (isFromDeadLetters(record)) this.leaveDeadLetters(record);
    else if (this.isOfThisLife(record)) this.applyRun(record);
    else this.applyEarlier(record);
    this.updatedAt = Math.max(this.updatedAt, record.at);
  }

  /** It is to be cancelled; what has ended, or was added anew since, stays as it is. */
  requestCancel({ at, by }: Pick<OrderedRecord, 'at' | 'by'>): void {
    if (!isEnd(this.state) && at >= this.life) this.more().cancelRequestedBy = by;
  }

  /** What became of it, for people. */
  toRecord(): TaskRecord {
    const { id, name, queue, state, addedAt, dueAt, updatedAt, attempt, error, worker, details, run } = this;
    const attempts = [...(details?.failed ?? []), ...(run === undefined ? [] : [run])];
    const cancelRequestedBy = isEnd(state) ? undefined : details?.cancelRequestedBy;
    const known = { name, addedAt, dueAt, error, worker, cancelRequestedBy, ...details?.told };
    return { id, queue, state, updatedAt, attempt, attempts, ...withoutGaps(known) };
  }

  /** Its producer may tell later than its worker: a state that is known already stays. */
  private add({ at, life = 0, delay, traceId }: AddedRecord): void {
    const { addedAt = at, details } = this;
    // Added once more, with its id, after it was cancelled: that cancel is not meant for it.
    if (details !== undefined && at > addedAt) details.cancelRequestedBy = undefined;
    this.addedAt = Math.max(addedAt, at);
    if (life < this.life) return;
    if (life > this.life) {
      this.beginLife(life);
      this.worker = undefined;
    }
    details?.forgetFailuresBefore(life);
    if (details?.failed.length === 0) this.error = undefined;
    if (details !== undefined || traceId !== undefined) this.more().traceId = traceId;
    if (delay === undefined) return;
    this.dueAt ??= at + delay;
    if (this.attempt === 0 && this.state === 'queued') this.state = 'delayed';
  }

  /** Who redrives may tell later than who runs it then: the state of that run stays. */
  private leaveDeadLetters({ kind, at, reason, by, life = kind === 'redriven' ? at : 0 }: DeadLetterRecord): void {
    if (life < this.life) return;
    const isNew = life > this.life;
    if (isNew) this.beginLife(life);
    if (kind === 'purged') {
      this.state = 'cancelled';
      this.more().reason = `purged: ${reason}`;
    } else {
      if (isNew) this.dueAt = at;
      this.more().redrivenAt = life;
    }
    if (by !== undefined && (kind === 'purged' || this.more().by === undefined)) this.more().by = by;
  }

  /** Whether a record is of the life that is told; one of a later life begins it. */
  private isOfThisLife(record: RunRecord): boolean {
    const { life = 0 } = record;
    if (life > this.life || (isEnd(this.state) && isRunAnew(record, this.updatedAt))) this.beginLife(life);
    return life === this.life;
  }

  private beginLife(life: number): void {
    this.life = life;
    this.state = 'queued';
    this.attempt = 0;
    this.dueAt = undefined;
    this.run = undefined;
    this.details?.beginLife();
  }

  /** What failed before it was redriven is kept; what failed before it was added anew was another task. */
  private applyEarlier(record: RunRecord): void {
    if ('error' in record && record.at >= (this.addedAt ?? 0)) this.more().keepFailure(record);
  }

  private applyRun(record: RunRecord): void {
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
    const { at, attempt, error } = record;
    this.more().keepFailure(record);
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

  private begin(run: AttemptRecord): void {
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
