import { createHash } from 'node:crypto';
import { fingerprintOf } from '@app/queue';
import type { DeadLetter, DeadLetterFilter, DeadLetterQueues, DeadLetterResult, ReadingCounts } from '@app/queue';
import { Turns } from './turns';
import type { Turn } from './turns';

/** Dead letters of one task and one kind of error. */
export interface FailureGroup {
  /** Names it in the API. */
  readonly key: string;
  readonly queue: string;
  readonly name: string | undefined;
  readonly reason: string;
  /** The latest one's, as `Name: message`. */
  readonly error: string | undefined;
  readonly count: number;
  /** Milliseconds since 1970; `undefined` when nobody wrote it down. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** Ids of some. */
  readonly ids: readonly string[];
}

/** What lies in the dead-letter queues. */
export interface FailureReading {
  /** The largest first. */
  readonly groups: readonly FailureGroup[];
  readonly total: number;
  /** Queues of which only the beginning was looked at. */
  readonly cutOff: readonly string[];
}

/** What became of a group. */
export interface GroupResult extends Pick<DeadLetterResult, 'matched' | 'done' | 'failed' | 'cutOff'> {
  /** Dead letters of the group beyond the limit, which stay. */
  readonly left: number;
  /**
   * Of a dry run: ids that on a command line mean every dead letter of the group and no other. Missing when there are too many, when one
   * has no id of its own, and when not all of the queue was looked at.
   */
  readonly ids?: readonly string[];
}

/** Groups that are told; an error that is another each time would make one of each. */
const MAX_GROUPS = 200;
const MAX_IDS = 5;

/** Milliseconds for which a reading is told again in any case: several look at the same page. */
const FRESH_MS = 1_000;

/** While dead letters keep coming, readings take this part of the time at most: each hands out and takes back all of them. */
const SHARE = 1 / 6;

/** Milliseconds after which a reading is made again though no count says that something has changed. */
const STALE_MS = 60_000;

interface KnownReading {
  /** When it ended, and how long it took; while it goes on nobody begins another. */
  at: number;
  took: number;
  readonly version: number | undefined;
  readonly reading: Promise<FailureReading>;
}

/**
 * The dead letters by task and error. They are read from their queues, so the counts are what a redrive finds. Only one
 * reading goes on at a time: what one has in hand another does not see.
 */
export class FailureGroups {
  private readonly turns = new Turns();
  private readonly readings = new Map<string, KnownReading>();

  constructor(
    private readonly deadLetters: DeadLetterQueues,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Dead letters are in hand here at the moment, and the broker counts them as ready no more. */
  get isLooking(): boolean {
    return this.turns.isTaken;
  }

  /** How often somebody has begun to take some into their hand: when it is the same as before, nobody has done so meanwhile. */
  get looks(): number {
    return this.turns.begun;
  }

  /**
   * What lies in one queue's dead-letter queue, or in all.
   * @param version how many there are; another number says that the last reading is out of date
   */
  async read(queue: string | undefined, version: number | undefined): Promise<FailureReading> {
    const key = queue ?? '';
    const known = this.readings.get(key);
    if (known !== undefined && this.isGood(known, version)) return known.reading;
    const reading = this.turns.take('reading', () => this.readNow(queue));
    const began = this.clock();
    const entry = { at: Infinity, took: 0, version, reading };
    this.readings.set(key, entry);
    const ended = (): void => void Object.assign(entry, { at: this.clock(), took: this.clock() - began });
    reading.then(ended, () => this.readings.delete(key));
    return reading;
  }

  private isGood({ at, took, version: known }: KnownReading, version: number | undefined): boolean {
    const age = this.clock() - at;
    return age < Math.max(FRESH_MS, took / SHARE) || (known === version && age < STALE_MS);
  }

  /**
   * Redrives or purges a group, or only counts it. `by`: who asks for it. What is read is asked again for its group, whatever its id. Of a group
   * that has grown since somebody looked, the oldest `limit` are meant, as many as that person was told of.
   */
  async act(
    action: 'redrive' | 'purge',
    { key, queue, limit = Infinity }: Pick<FailureGroup, 'key' | 'queue'> & { readonly limit?: number | undefined },
    isDryRun: boolean,
    by: string,
  ): Promise<GroupResult> {
    return this.turns.take('action', async () => {
      if (isDryRun) return this.count(key, queue);
      let found = 0;
      const where = (letter: DeadLetter): boolean => keyOf(letter) === key && ++found <= limit;
      const { matched, done, failed, cutOff } = await this.deadLetters[action]({ queue, where }, { by });
      this.readings.clear();
      return { matched, done, failed, left: found - matched, cutOff };
    });
  }

  /** Has something else look into the dead-letter queues when its turn has come. @throws ServiceUnavailableException */
  async alone<T>(turn: Exclude<Turn, 'reading'>, look: () => Promise<T>): Promise<T> {
    return this.turns.take(turn, look);
  }

  private async count(key: string, queue: string): Promise<GroupResult> {
    const own: string[] = [];
    const carriers = new Map<string, number>();
    let matched = 0;
    const reading = this.deadLetters.list({ queue });
    let step = await reading.next();
    for (; step.done !== true; step = await reading.next()) {
      const { id, deadLetterId } = step.value;
      for (const one of new Set([id, deadLetterId ?? id])) carriers.set(one, (carriers.get(one) ?? 0) + 1);
      if (keyOf(step.value) !== key) continue;
      matched += 1;
      if (matched <= MAX_IDS) own.push(deadLetterId ?? id);
    }
    const { cutOff }: ReadingCounts = step.value;
    const isExact = matched <= MAX_IDS && cutOff.length === 0 && own.every((id) => carriers.get(id) === 1);
    return { matched, done: 0, failed: 0, left: 0, cutOff, ...(isExact ? { ids: own } : {}) };
  }

  private async readNow(queue: string | undefined): Promise<FailureReading> {
    const groups = new Map<string, FailureGroup>();
    const filter: DeadLetterFilter = queue === undefined ? {} : { queue };
    const reading = this.deadLetters.list(filter);
    let step = await reading.next();
    for (; step.done !== true; step = await reading.next()) {
      const key = keyOf(step.value);
      groups.set(key, joined(groups.get(key), key, step.value));
    }
    const counts: ReadingCounts = step.value;
    const largest = [...groups.values()].sort((one, other) => other.count - one.count);
    return { groups: largest.slice(0, MAX_GROUPS), total: counts.total, cutOff: counts.cutOff };
  }
}

function joined(group: FailureGroup | undefined, key: string, letter: DeadLetter): FailureGroup {
  const { queue, name, reason, id, time } = letter;
  const error = errorText(letter);
  if (group === undefined) return { key, queue, name, reason, error, count: 1, first: time, last: time, ids: [id] };
  return {
    ...group,
    error: error ?? group.error,
    count: group.count + 1,
    first: least(group.first, time),
    last: time === undefined ? group.last : Math.max(time, group.last ?? time),
    ids: group.ids.length < MAX_IDS ? [...group.ids, id] : group.ids,
  };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function keyOf(letter: DeadLetter): string {
  const parts = [letter.queue, letter.name, letter.reason, fingerprintOf(errorText(letter) ?? '')];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

function errorText({ error }: DeadLetter): string | undefined {
  return error === undefined ? undefined : `${error.name}: ${error.message}`.slice(0, 1_000);
}
