import type { DeadLetteredRecord, RetryingRecord } from './lifecycle-record';
import type { AttemptRecord, ProgressRecord, TaskRecord } from './task-record';

/** Failed runs of one task that are kept; the oldest go first. */
const MAX_ATTEMPTS = 20;

/** What a failed run takes besides its texts, in bytes. */
const RUN_BYTES = 200;

/** What only some tasks have: most complete at their first attempt, and need no room for it. */
export class TaskDetails {
  readonly failed: AttemptRecord[] = [];
  progress: ProgressRecord | undefined;
  /** As JSON: smaller than what it stands for. */
  result: string | undefined;
  isResultTooLarge = false;
  reason: string | undefined;
  traceId: string | undefined;
  by: string | undefined;
  /** When it was given back from its dead-letter queue: the beginning of this life. */
  redrivenAt: number | undefined;
  /** Who has ordered that it be cancelled. */
  cancelRequestedBy: string | undefined;

  /** What of it a task's record says as it stands. */
  get told(): Partial<TaskRecord> {
    const { progress, reason, traceId, by, redrivenAt } = this;
    const result = this.result === undefined ? undefined : (JSON.parse(this.result) as unknown);
    const isResultTooLarge = this.isResultTooLarge || undefined;
    return withoutGaps({ progress, result, isResultTooLarge, reason, traceId, by, redrivenAt });
  }

  /** About how many bytes it takes; see `TaskEntry.weight`. */
  get weight(): number {
    const failures = this.failed.reduce(
      (sum, { error = '', stack = '', worker = '' }) => sum + RUN_BYTES + error.length + stack.length + worker.length,
      RUN_BYTES,
    );
    const { result, reason, by, cancelRequestedBy, traceId, progress } = this;
    return [result, reason, by, cancelRequestedBy, traceId, progress?.note].reduce(
      (sum, text = '') => sum + text.length,
      failures,
    );
  }

  /** The task is added or given back once more: what it came to before is over. What failed stays. */
  beginLife(): void {
    this.progress = undefined;
    this.result = undefined;
    this.isResultTooLarge = false;
    this.reason = undefined;
    this.by = undefined;
    this.redrivenAt = undefined;
    this.cancelRequestedBy = undefined;
  }

  /** @param time milliseconds since 1970 */
  forgetFailuresBefore(time: number): void {
    const { failed } = this;
    while (failed[0]?.endedAt !== undefined && failed[0].endedAt < time) failed.shift();
  }

  keepFailure(record: RetryingRecord | DeadLetteredRecord): void {
    const { at, attempt, worker, error, stack, milliseconds } = record;
    const nextDelay = record.kind === 'retrying' ? record.delay : undefined;
    const startedAt = milliseconds === undefined ? undefined : at - milliseconds;
    this.keep({ attempt, worker, endedAt: at, error, ...withoutGaps({ startedAt, milliseconds, stack, nextDelay }) });
  }

  /** Keeps a run that failed; one that is told of twice once. */
  keep(run: AttemptRecord): void {
    const { failed } = this;
    if (failed.some(({ attempt, endedAt }) => attempt === run.attempt && endedAt === run.endedAt)) return;
    failed.push(run);
    failed.sort((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0));
    if (failed.length > MAX_ATTEMPTS) failed.shift();
  }
}

/** The fields that have a value. */
export function withoutGaps<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
