import type { BeatQueue, BeatRecord, LeavingState, LifecycleRecord, TaskLifecycleRecord } from './lifecycle-record';
import { BATCH_VERSION } from './record-batch';
import { KIND } from './record-kinds';

type Place = readonly [name: string | undefined, queue: string];

/** Characters of an id or a name, and of any other text. What is longer was not written by a recorder, and is left out. */
const MAX_WORD = 512;
const MAX_TEXT = 4_000;

/** Queues and ids that one beat may list. */
const MAX_LISTED = 1_000;

const LEAVING: readonly LeavingState[] = ['quiet', 'stopping'];

/** What every record of a batch shares. */
interface Shared {
  readonly worker: string;
  readonly base: number;
  readonly places: Place[];
  /** Of the next record. */
  life: number | undefined;
}

/** The rest of a record behind its kind and its time. */
type Rest = readonly unknown[];

/**
 * Reads a message that `RecordBatch` wrote. Never throws: other programs may write into the stream, and later versions other kinds;
 * what is not understood is left out.
 */
export function readRecords(content: Buffer): LifecycleRecord[] {
  const batch = parsed(content);
  if (!Array.isArray(batch)) return [];
  const [version, worker, base, ...records] = batch as unknown[];
  if (version !== BATCH_VERSION || !isWord(worker) || !isTime(base)) return [];
  const shared: Shared = { worker, base, places: [], life: undefined };
  return records.flatMap((record) => (Array.isArray(record) ? readRecord(record as unknown[], shared) : []));
}

function readRecord([kind, since, ...rest]: readonly unknown[], shared: Shared): LifecycleRecord | LifecycleRecord[] {
  if (kind === KIND.place) {
    const [queue] = rest;
    shared.places.push([isWord(since) ? since : undefined, isWord(queue) ? queue : '']);
    return [];
  }
  if (kind === KIND.addedAlike) return readAlike(KIND.added, since, [0, ...rest], shared);
  if (kind === KIND.completedAlike) return readAlike(KIND.completed, since, rest, shared);
  if (!isNumber(since)) return [];
  const happened = { at: shared.base + since, worker: shared.worker };
  if (!isTime(happened.at)) return [];
  if (kind === KIND.life) {
    shared.life = happened.at;
    return [];
  }
  const { life } = shared;
  shared.life = undefined;
  if (kind === KIND.beat) return readBeat(happened, rest);
  if (kind === KIND.process) return readProcess(happened, rest);
  if (kind === KIND.ordered) return readOrder(happened, rest);
  const [id, place, ...more] = rest;
  const [name, queue] = shared.places[Number(place)] ?? [];
  if (!isWord(id) || queue === undefined) return [];
  const task = { ...happened, id, queue, ...maybe('name', name), ...maybe('life', life) };
  return kind === KIND.added ? readAdded(task, more) : readRun(kind, task, more);
}

/** The records of a row, each as if it had been written by itself. */
function readAlike(
  kind: string,
  place: unknown,
  [attempt, times, ids, milliseconds]: Rest,
  shared: Shared,
): LifecycleRecord[] {
  if (!Array.isArray(times) || !Array.isArray(ids)) return [];
  const each: readonly unknown[] = Array.isArray(milliseconds) ? (milliseconds as unknown[]) : [];
  const records = (ids as unknown[]).map((id, index) => [
    kind,
    (times as unknown[])[index],
    id,
    place,
    ...(kind === KIND.completed ? [attempt, each[index]] : []),
  ]);
  return records.flatMap((record) => readRecord(record, shared));
}

type Happened = Pick<LifecycleRecord, 'at' | 'worker'>;
type Task = Happened & Pick<TaskLifecycleRecord, 'id' | 'queue' | 'name' | 'life'>;

function readAdded(task: Task, [delay, traceId]: Rest): LifecycleRecord {
  return {
    kind: 'added',
    ...task,
    ...(isNumber(delay) && delay > 0 ? { delay } : {}),
    ...maybe('traceId', textOf(traceId)),
  };
}

function readRun(kind: unknown, task: Task, [attempt, ...rest]: Rest): LifecycleRecord | [] {
  if (!isNumber(attempt)) return [];
  const run = { ...task, attempt };
  const [first, second, ...more] = rest;
  switch (kind) {
    case KIND.started:
      return { kind: 'started', ...run };
    case KIND.progressed:
      return isNumber(first) ? { kind: 'progressed', ...run, fraction: first, ...maybe('note', textOf(second)) } : [];
    case KIND.completed:
      return readCompleted(run, rest);
    case KIND.retrying:
      return isNumber(first) && isNumber(second)
        ? { kind: 'retrying', ...run, nextAttempt: first, delay: second, ...failureOf(more) }
        : [];
    case KIND['dead-lettered']:
      return { kind: 'dead-lettered', ...run, reason: textOf(first) ?? '', ...failureOf([second, ...more]) };
    case KIND.cancelled:
      return { kind: 'cancelled', ...run, ...maybe('by', textOf(first)) };
    case KIND.requeued:
    case KIND.lost:
      return { kind: kind === KIND.lost ? 'lost' : 'requeued', ...run, why: textOf(first) ?? '' };
    case KIND.redriven:
    case KIND.purged:
      return {
        kind: kind === KIND.purged ? 'purged' : 'redriven',
        ...task,
        reason: textOf(first) ?? '',
        ...maybe('by', textOf(second)),
      };
    default:
      return [];
  }
}

function readCompleted(run: Task & { attempt: number }, rest: Rest): LifecycleRecord | [] {
  const [milliseconds, result, tooLarge] = rest;
  if (!isNumber(milliseconds)) return [];
  const kept = tooLarge === 1 ? { isResultTooLarge: true } : rest.length > 1 ? { result } : {};
  return { kind: 'completed', ...run, milliseconds, ...kept };
}

function failureOf([error, stack, milliseconds]: Rest) {
  return {
    error: textOf(error) ?? '',
    ...maybe('stack', textOf(stack)),
    ...maybe('milliseconds', isNumber(milliseconds) ? milliseconds : undefined),
  };
}

function readProcess(happened: Happened, [what, why, queue]: Rest): LifecycleRecord | [] {
  if (!isWord(what)) return [];
  return { kind: 'process', ...happened, what, ...maybe('why', textOf(why)), ...maybe('queue', textOf(queue)) };
}

function readOrder(happened: Happened, [what, target, by, why]: Rest): LifecycleRecord | [] {
  if (!isWord(what) || !isWord(target) || !isWord(by)) return [];
  return { kind: 'ordered', ...happened, what, target, by, ...maybe('why', textOf(why)) };
}

function readBeat(happened: Happened, [fields]: Rest): BeatRecord | [] {
  if (typeof fields !== 'object' || fields === null) return [];
  const beat = fields as Partial<Record<keyof BeatRecord, unknown>>;
  const number = (value: unknown): number => (isNumber(value) ? value : 0);
  return {
    kind: 'beat',
    ...happened,
    host: textOf(beat.host) ?? '',
    pid: number(beat.pid),
    ...maybe(
      'leaving',
      LEAVING.find((state) => state === beat.leaving),
    ),
    ...maybe('version', textOf(beat.version)),
    uptime: number(beat.uptime),
    lag: number(beat.lag),
    rss: number(beat.rss),
    every: number(beat.every),
    queues: Array.isArray(beat.queues) ? beat.queues.slice(0, MAX_LISTED).flatMap(beatQueueOf) : [],
    running: Array.isArray(beat.running) ? beat.running.filter(isWord).slice(0, MAX_LISTED) : [],
    dropped: number(beat.dropped),
  };
}

function beatQueueOf(value: unknown): BeatQueue | [] {
  if (typeof value !== 'object' || value === null) return [];
  const { queue, concurrency, running } = value as Partial<Record<keyof BeatQueue, unknown>>;
  return isWord(queue) && isNumber(concurrency) && isNumber(running) ? { queue, concurrency, running } : [];
}

function maybe<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString()) as unknown;
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Milliseconds since 1970 that a date can hold. */
function isTime(value: unknown): value is number {
  return isNumber(value) && Math.abs(value) <= 8.64e15;
}

/** Without half of a surrogate pair: JSON can write one, and no address and no message can carry it. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_WORD && !/\p{Cs}/u.test(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
}
