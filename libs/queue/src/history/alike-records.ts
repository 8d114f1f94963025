import { KIND } from './record-kinds';

/** What the records of a row have in common. */
export interface Alike {
  readonly kind: typeof KIND.added | typeof KIND.completed;
  /** The number of their task's name and queue. */
  readonly place: number;
  /** 0 of what was added. */
  readonly attempt: number;
}

/** Characters of a record besides its id: its times, commas and quotes. */
const BESIDES_ID = 10;

/**
 * Records that come one after the other and differ only in their ids and times, while they are written: as columns, `["A", place,
 * times, ids]` and `["C", place, attempt, times, ids, milliseconds]`. To append one is three pushes, and all are made into text by one
 * call: a fourth of what a text for each costs the worker.
 */
export class AlikeRecords {
  private of: Alike | undefined;
  private times: number[] = [];
  private ids: string[] = [];
  private milliseconds: number[] = [];
  private characters = 0;

  /** Characters so far, about. */
  get size(): number {
    return this.characters;
  }

  /** Whether a record of this kind goes on with the row; always where none has begun. */
  takes(kind: Alike['kind'], place: number, attempt: number): boolean {
    const { of } = this;
    return of === undefined || (of.kind === kind && of.place === place && of.attempt === attempt);
  }

  add(kind: Alike['kind'], place: number, attempt: number, since: number, id: string, milliseconds: number): void {
    this.of ??= { kind, place, attempt };
    this.times.push(since);
    this.ids.push(id);
    this.milliseconds.push(milliseconds);
    this.characters += id.length + BESIDES_ID;
  }

  /** The row as it stands in the batch, `''` for none, and an empty one from now on. A single record is written as any other. */
  take(): string {
    const { of, times, ids, milliseconds } = this;
    if (of === undefined) return '';
    this.of = undefined;
    this.times = [];
    this.ids = [];
    this.milliseconds = [];
    this.characters = 0;
    const { kind, place, attempt } = of;
    const isRun = kind === KIND.completed;
    const record =
      ids.length > 1
        ? isRun
          ? [KIND.completedAlike, place, attempt, times, ids, milliseconds]
          : [KIND.addedAlike, place, times, ids]
        : isRun
          ? [kind, times[0], ids[0], place, attempt, milliseconds[0]]
          : [kind, times[0], ids[0], place];
    return `,${JSON.stringify(record)}`;
  }
}
