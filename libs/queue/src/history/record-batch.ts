import { AlikeRecords } from './alike-records';
import type { Alike } from './alike-records';
import type { BeatRecord } from './lifecycle-record';
import { KIND } from './record-kinds';
import type { WrittenKind } from './record-kinds';
import { resultText } from './small-result';

/** The first element of a batch: readers leave alone what they do not know. */
export const BATCH_VERSION = 1;

/** Characters of a name, of an error and of a stack; more is cut off. A stranger's message may have a name of megabytes. */
const MAX_NAME = 255;
const MAX_ERROR = 1_000;
const MAX_STACK = 4_000;

/** What a failure says: `undefined` where nothing is known. */
export interface FailureNote {
  /** `Name: message`. */
  readonly error: string;
  readonly stack?: string | undefined;
  /** How long the handler ran. */
  readonly milliseconds?: number | undefined;
}

/** Which task; `id` is `undefined` for a message of another program that has none. */
export interface TaskNote {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly queue: string;
  /** As `TaskHappened` has it. */
  readonly life?: number | undefined;
}

/** Which run of it. */
export interface RunNote extends TaskNote {
  readonly attempt: number;
}

/**
 * One message of the stream while it is written: `[version, worker, base, record, record, ...]`, where a record is a list that begins
 * with its kind and its milliseconds after `base`. Names of tasks and queues stand in it once, as `["n", name, queue]`; records
 * give their number. What only few records have stands in front of them: `["y", life]`. `readRecords` is the other side.
 *
 * It is written as text and not as objects that are made into JSON later: a worker writes one for every task. Those that are nearly
 * all of a busy worker's, the ends of runs without a result and plain adds, wait as columns (`AlikeRecords`) until another one comes.
 */
export class RecordBatch {
  private text = '';
  private base = 0;
  private records = 0;
  private places: (string | undefined)[] = [];
  private lastName: string | undefined;
  private lastQueue: string | undefined;
  private lastPlace = 0;
  private readonly alike = new AlikeRecords();
  private readonly head: string;

  constructor(worker: string) {
    this.head = `[${BATCH_VERSION},${JSON.stringify(worker)},`;
  }

  /** Characters so far, which are about as many bytes. */
  get size(): number {
    return this.text.length + this.alike.size;
  }

  /** Records so far. */
  get count(): number {
    return this.records;
  }

  added(at: number, task: TaskNote, delay: number, traceId: string | undefined): void {
    if (delay === 0 && traceId === undefined && task.life === undefined)
      return this.writeAlike(KIND.added, at, task, 0, 0);
    const trace = traceId === undefined ? '' : `,${delay > 0 ? '' : '0,'}${JSON.stringify(traceId)}`;
    this.write(`${this.beginTask(KIND.added, at, task)}${delay > 0 ? `,${delay}` : ''}${trace}]`);
  }

  started(at: number, run: RunNote): void {
    this.write(`${this.begin(KIND.started, at, run)}]`);
  }

  progressed(at: number, run: RunNote, fraction: number, note: string | undefined): void {
    this.write(`${this.begin(KIND.progressed, at, run)},${fraction},${orNull(note)}]`);
  }

  completed(at: number, run: RunNote, milliseconds: number, result: unknown): void {
    const text = result === undefined ? undefined : resultText(result);
    if (text === undefined && run.life === undefined) {
      return this.writeAlike(KIND.completed, at, run, run.attempt, milliseconds);
    }
    const kept = text === undefined ? '' : text === false ? ',null,1' : `,${text}`;
    this.write(`${this.begin(KIND.completed, at, run)},${milliseconds}${kept}]`);
  }

  retrying(at: number, run: RunNote, nextAttempt: number, delay: number, failure: FailureNote): void {
    this.write(`${this.begin(KIND.retrying, at, run)},${nextAttempt},${delay},${noteOf(failure)}]`);
  }

  deadLettered(at: number, run: RunNote, reason: string, failure: FailureNote): void {
    this.write(`${this.begin(KIND['dead-lettered'], at, run)},${JSON.stringify(reason)},${noteOf(failure)}]`);
  }

  cancelled(at: number, run: RunNote, by: string | undefined): void {
    this.write(`${this.begin(KIND.cancelled, at, run)},${orNull(by)}]`);
  }

  returned(at: number, run: RunNote, kind: 'requeued' | 'lost', why: string): void {
    this.write(`${this.begin(KIND[kind], at, run)},${JSON.stringify(why.slice(0, MAX_ERROR))}]`);
  }

  /** Redriven or purged: there is no run. */
  fromDeadLetters(at: number, task: TaskNote, kind: 'redriven' | 'purged', reason: string, by: string): void {
    const words = `${JSON.stringify(reason)},${JSON.stringify(by.slice(0, MAX_NAME))}`;
    this.write(`${this.begin(KIND[kind], at, { ...task, attempt: 0 })},${words}]`);
  }

  beat(at: number, beat: Omit<BeatRecord, 'kind' | 'at' | 'worker'>): void {
    this.write(`,["${KIND.beat}",${this.since(at)},${JSON.stringify(beat)}]`);
  }

  process(at: number, what: string, why?: string, queue?: string): void {
    this.write(`,["${KIND.process}",${this.since(at)},${JSON.stringify(what)},${orNull(why)},${orNull(queue)}]`);
  }

  ordered(at: number, what: string, target: string, by: string, why?: string): void {
    const words = [what, target, by].map((word) => JSON.stringify(word)).join(',');
    this.write(`,["${KIND.ordered}",${this.since(at)},${words},${orNull(why)}]`);
  }

  /** The message, and an empty batch from now on. */
  take(): string {
    this.endAlike();
    const message = `${this.head}${this.base}${this.text}]`;
    this.text = '';
    this.records = 0;
    this.places = [];
    this.lastName = undefined;
    this.lastQueue = undefined;
    return message;
  }

  /** What a record says is worked out before this: it may write the name of its task first. */
  private write(record: string): void {
    this.endAlike();
    this.text += record;
  }

  private writeAlike(kind: Alike['kind'], at: number, task: TaskNote, attempt: number, milliseconds: number): void {
    const place = this.placeOf(task.name, task.queue);
    if (!this.alike.takes(kind, place, attempt)) this.endAlike();
    this.alike.add(kind, place, attempt, this.since(at), task.id ?? '', milliseconds);
  }

  /** What comes next is not of the row: order is kept. */
  private endAlike(): void {
    this.text += this.alike.take();
  }

  private begin(kind: WrittenKind, at: number, run: RunNote): string {
    return `${this.beginTask(kind, at, run)},${run.attempt}`;
  }

  private beginTask(kind: WrittenKind, at: number, { id = '', name, queue, life }: TaskNote): string {
    this.endAlike();
    const place = this.placeOf(name, queue);
    const since = this.since(at);
    if (life !== undefined) this.text += `,["${KIND.life}",${life - this.base}]`;
    return `,["${kind}",${since},${JSON.stringify(id)},${place}`;
  }

  private since(at: number): number {
    if (this.records === 0) this.base = at;
    this.records += 1;
    return at - this.base;
  }

  /** Mostly the same as the last time: one queue's tasks of one name come one after the other. */
  private placeOf(name: string | undefined, queue: string): number {
    if (queue === this.lastQueue && name === this.lastName) return this.lastPlace;
    let place = 0;
    while (place < this.places.length && (this.places[place] !== name || this.places[place + 1] !== queue)) place += 2;
    if (place === this.places.length) {
      this.places.push(name, queue);
      this.text += `,["${KIND.place}",${orNull(name?.slice(0, MAX_NAME))},${JSON.stringify(queue)}]`;
    }
    this.lastName = name;
    this.lastQueue = queue;
    this.lastPlace = place / 2;
    return this.lastPlace;
  }
}

function noteOf({ error, stack, milliseconds }: FailureNote): string {
  const cut = stack === undefined ? undefined : stack.slice(0, MAX_STACK);
  return `${JSON.stringify(error.slice(0, MAX_ERROR))},${orNull(cut)},${milliseconds ?? 'null'}`;
}

function orNull(text: string | undefined): string {
  return text === undefined ? 'null' : JSON.stringify(text);
}
