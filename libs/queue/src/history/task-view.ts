import { Line } from '../line';
import type { LifecycleRecord, OrderedRecord, TaskLifecycleRecord } from './lifecycle-record';
import { nextDue } from './next-due';
import { QueueMinutes } from './queue-minutes';
import type { QueueRate } from './queue-minutes';
import { matcherOf } from './search-match';
import { isUp, SeenWorkers } from './seen-workers';
import type { WorkerRecord } from './seen-workers';
import { NOTHING_STANDS, standingOf } from './standing';
import type { Standing } from './standing';
import { TaskEntry } from './task-entry';
import { isEnd } from './task-record';
import { taskIn } from './task-in';
import type { TaskRecord } from './task-record';
import type { TaskSearch } from './task-search';

/** Tasks a view remembers unless told otherwise: about 40 MB, and up to three times that where many failed or have results. */
export const DEFAULT_MAX_TASKS = 100_000;

/** Bytes for each task it may remember, by {@link TaskEntry.weight}; where they take more on the average (stacks, results), it remembers fewer. */
const MAX_BYTES_PER_TASK = 1_000;

/** Queues whose figures are kept; names may come from strangers. */
const MAX_QUEUES = 500;

/** Texts that many tasks share and that are kept once; beyond it the table begins anew. */
const MAX_SHARED_TEXTS = 10_000;

/** Cancels of tasks of which nothing was heard yet that are kept; beyond it they are forgotten. */
const MAX_EARLY_CANCELS = 1_000;

/** The oldest so many are looked through for one that has ended, before one that has not is forgotten. */
const MAX_EVICTION_LOOKS = 16;

/** Which part of what was found. */
export interface SearchPage {
  readonly limit: number;
  readonly offset: number;
}

/** One queue, by what was recorded: tasks that were added before the oldest record are not in it. */
export interface QueueRecord extends QueueRate, Standing {
  readonly queue: string;
  /** Tasks that workers say they handle. */
  readonly running: number;
  /** Workers that consume it. */
  readonly workers: number;
}

/**
 * What is going on, made from records: the last tasks, the workers, the queues. Bounded by the number of tasks; what was heard of
 * least lately is forgotten first. Records may come late, twice and in another order than they happened in.
 */
export class TaskView {
  private readonly tasks = new Map<string, TaskEntry>();
  /** By when something was heard of them, the latest last. */
  private readonly byUpdate = new Line<TaskEntry>();
  private readonly minutes = new Map<string, QueueMinutes>();
  private readonly seenWorkers = new SeenWorkers();
  private readonly texts = new Map<string, string>();
  /** Cancels that were heard of before their tasks: another process has given them. */
  private readonly earlyCancels = new Map<string, OrderedRecord>();
  private weight = 0;

  /** @param now milliseconds since 1970: what happened later, by the clock of another process, is counted as happening now */
  constructor(
    private readonly maxTasks = DEFAULT_MAX_TASKS,
    private readonly now: () => number = Date.now,
  ) {}

  /** Tasks in it. */
  get size(): number {
    return this.tasks.size;
  }

  /** Folds one record in. */
  apply(record: LifecycleRecord): void {
    if (record.kind === 'beat') this.seenWorkers.beat(record);
    else if (record.kind === 'process') this.seenWorkers.said(record);
    else if (record.kind === 'ordered') this.applyOrder(record);
    else this.applyToTask(record);
  }

  /** All that is known of a task; `undefined` when nothing is, or not any more. */
  get(id: string): TaskRecord | undefined {
    const entry = this.tasks.get(id);
    return entry === undefined ? undefined : this.recordOf(entry);
  }

  /** Which life of an id {@link get} tells of: `TaskHappened.life`, 0 where there has been one only. */
  lifeOf(id: string): number {
    return this.tasks.get(id)?.life ?? 0;
  }

  /** The tasks for which all of a search holds, the one last heard of first. */
  search(query: TaskSearch, { limit, offset }: SearchPage): { tasks: TaskRecord[]; total: number } {
    const matches = matcherOf(query);
    const tasks: TaskRecord[] = [];
    let total = 0;
    for (let entry = this.byUpdate.last; entry !== undefined; entry = entry.before) {
      if (!matches(entry)) continue;
      if (total >= offset && tasks.length < limit) tasks.push(this.recordOf(entry));
      total += 1;
    }
    return { tasks, total };
  }

  /** Tasks that wait for their time or their next attempt, the next one first, and how many there are. */
  nextDue(limit: number): { tasks: TaskRecord[]; total: number } {
    const { entries, total } = nextDue(this.byUpdate.last, limit);
    return { tasks: entries.map((entry) => entry.toRecord()), total };
  }

  /** Workers that live, and those that have ended within the hour. `now`: milliseconds since 1970. */
  workers(now: number): WorkerRecord[] {
    return this.seenWorkers.list(now);
  }

  /** Every queue that was heard of, by name. `now`: milliseconds since 1970. */
  queues(now: number): QueueRecord[] {
    const standing = standingOf(this.byUpdate.last, now);
    const workers = this.workers(now);
    const known = workers.flatMap(({ queues }) => queues.map(({ queue }) => queue));
    const inHand = inHandOf(workers);
    const names = new Set([...this.minutes.keys(), ...standing.keys(), ...known]);
    return [...names].toSorted().map((queue) => {
      const rate = (this.minutes.get(queue) ?? NO_MINUTES).rate(now);
      return { queue, ...(inHand.get(queue) ?? NOTHING_IN_HAND), ...rate, ...(standing.get(queue) ?? NOTHING_STANDS) };
    });
  }

  private recordOf(entry: TaskEntry): TaskRecord {
    const { state, worker } = entry;
    const isLost = state === 'running' && worker !== undefined && this.seenWorkers.isGone(worker, this.now());
    return isLost ? { ...entry.toRecord(), isWorkerLost: true } : entry.toRecord();
  }

  private applyToTask(record: TaskLifecycleRecord): void {
    const { id } = record;
    const entry = id === '' ? undefined : (this.tasks.get(id) ?? this.remember(record));
    this.count(record, entry);
    if (entry === undefined) return;
    const weight = entry.weight;
    entry.apply(record);
    this.weight += entry.weight - weight;
    if (entry.name !== undefined) entry.name = this.shared(entry.name);
    if (entry.error !== undefined) entry.error = this.shared(entry.error);
    this.byUpdate.delete(entry);
    this.byUpdate.add(entry);
    while (this.weight > this.maxTasks * MAX_BYTES_PER_TASK && this.size > 1) this.forgetOne();
  }

  /** A cancel. Of other orders nothing is seen at tasks. */
  private applyOrder(order: OrderedRecord): void {
    const id = taskIn(order);
    if (id === undefined) return;
    const entry = this.tasks.get(id);
    if (entry === undefined) {
      if (this.earlyCancels.size >= MAX_EARLY_CANCELS) this.earlyCancels.clear();
      this.earlyCancels.set(id, order);
      return;
    }
    const { weight } = entry;
    entry.requestCancel(order);
    this.weight += entry.weight - weight;
  }

  private count(record: TaskLifecycleRecord, entry: TaskEntry | undefined): void {
    const minutes = this.minutesOf(record.queue);
    if (minutes === undefined) return;
    const { kind } = record;
    // One worker whose clock is ahead would leave no place for what the others do.
    const at = Math.min(record.at, this.now());
    if (kind === 'retrying' || kind === 'dead-lettered') minutes.failed(at);
    if (kind === 'completed') minutes.completed(at, record.milliseconds);
    if (kind === 'added' && entry?.addedAt === undefined && entry?.attempt === 1) {
      const { startedAt } = entry; // its worker has told of it first
      if (startedAt !== undefined) minutes.waited(startedAt, startedAt - at - (record.delay ?? 0));
      return;
    }
    const startedAt = kind === 'started' ? at : kind === 'completed' ? at - record.milliseconds : undefined;
    const isOfAnotherLife = record.life !== undefined && record.life !== entry?.life; // whose adding is not heard of yet, or is over
    const readySince = isOfAnotherLife ? undefined : entry?.readySince;
    if (startedAt === undefined || readySince === undefined || entry?.state === 'running') return; // counted at its start
    minutes.waited(startedAt, startedAt - readySince);
  }

  private minutesOf(queue: string): QueueMinutes | undefined {
    const known = this.minutes.get(queue);
    if (known !== undefined || this.minutes.size >= MAX_QUEUES) return known;
    const minutes = new QueueMinutes();
    this.minutes.set(queue, minutes);
    return minutes;
  }

  private remember({ id, queue, at, life }: TaskLifecycleRecord): TaskEntry {
    const entry = new TaskEntry(id, this.shared(queue), life);
    this.tasks.set(id, entry);
    const cancel = this.earlyCancels.get(id);
    if (cancel !== undefined) {
      this.earlyCancels.delete(id);
      if (at <= cancel.at) entry.requestCancel(cancel);
    }
    this.weight += entry.weight;
    if (this.tasks.size > this.maxTasks) this.forgetOne();
    return entry;
  }

  /** The one of the oldest that has ended; of those that have not, the oldest, when all of them have not. */
  private forgetOne(): void {
    const oldest = this.byUpdate.first;
    let entry = oldest;
    for (let looks = 0; looks < MAX_EVICTION_LOOKS && entry !== undefined && !isEnd(entry.state); looks += 1) {
      entry = entry.behind;
    }
    const forgotten = entry !== undefined && isEnd(entry.state) ? entry : oldest;
    if (forgotten === undefined) return;
    const { queue, state, readySince, updatedAt } = forgotten;
    if (!isEnd(state) && state !== 'running') this.minutesOf(queue)?.forgot(readySince ?? updatedAt);
    this.byUpdate.delete(forgotten);
    this.tasks.delete(forgotten.id);
    this.weight -= forgotten.weight;
  }

  /** One text for all that are the same: thousands of tasks have one name, and fail with one error. */
  private shared(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    if (this.texts.size >= MAX_SHARED_TEXTS) this.texts.clear();
    this.texts.set(text, text);
    return text;
  }
}

const NO_MINUTES = new QueueMinutes();

type InHand = Pick<QueueRecord, 'running' | 'workers'>;

const NOTHING_IN_HAND: InHand = { running: 0, workers: 0 };

/** Of each queue, what the workers say that are up. */
function inHandOf(seen: readonly WorkerRecord[]): ReadonlyMap<string, InHand> {
  const inHand = new Map<string, InHand>();
  for (const { queue, running } of seen.flatMap(({ state, queues }) => (isUp(state) ? queues : []))) {
    const sum = inHand.get(queue) ?? NOTHING_IN_HAND;
    inHand.set(queue, { running: sum.running + running, workers: sum.workers + 1 });
  }
  return inHand;
}
