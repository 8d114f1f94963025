import type { BeatRecord, LeavingState, ProcessRecord } from './lifecycle-record';

/** Workers that are remembered; those that were heard of least lately are forgotten first. */
const MAX_WORKERS = 1_000;

/** A worker that says nothing for so many beats is lost. One may be late, and one be on its way. */
const LOST_AFTER_BEATS = 3;

/** Milliseconds after which a worker that has stopped or is lost is forgotten. */
const FORGET_MS = 3_600_000;

/** `quiet`: was told to take nothing new, and stays; `stopping`: ends; `stopped`: has said so; `lost`: is silent for three beats, without a word. */
export type SeenWorkerState = 'alive' | 'quiet' | 'stopping' | 'stopped' | 'lost';

/** Whether a worker of such a state still runs, and may have tasks in hand. */
export function isUp(state: SeenWorkerState): boolean {
  return state === 'alive' || state === 'quiet' || state === 'stopping';
}

/** A worker as it has described itself last. */
export interface WorkerRecord extends Omit<BeatRecord, 'kind' | 'at' | 'leaving'> {
  readonly state: SeenWorkerState;
  /** When it was heard of last: milliseconds since 1970, by its own clock. */
  readonly beatAt: number;
  readonly startedAt: number;
}

interface Seen {
  beat: BeatRecord;
  said: Said | undefined;
}

type Said = LeavingState | 'stopped';

/** Which workers there are, by what they say. */
export class SeenWorkers {
  private readonly seen = new Map<string, Seen>();

  beat(beat: BeatRecord): void {
    const { worker } = beat;
    const known = this.seen.get(worker);
    if (known !== undefined && known.beat.at > beat.at) return;
    this.seen.delete(worker); // stands last from now on
    this.seen.set(worker, { beat, said: laterOf(known?.said, beat.leaving) });
    const [oldest] = this.seen.keys();
    if (this.seen.size > MAX_WORKERS && oldest !== undefined) this.seen.delete(oldest);
  }

  said({ worker, what }: ProcessRecord): void {
    const known = this.seen.get(worker);
    if (known === undefined) return;
    if (what === 'worker.quieted') known.said ??= 'quiet';
    if (what === 'worker.stopping' && known.said !== 'stopped') known.said = 'stopping';
    if (what === 'worker.stopped') known.said = 'stopped';
  }

  /** Whether one that was heard of runs no more, or is silent. */
  isGone(worker: string, now: number): boolean {
    const seen = this.seen.get(worker);
    return seen !== undefined && !isUp(stateOf(seen, now));
  }

  /** Those that live or have ended within the hour, by name. */
  list(now: number): WorkerRecord[] {
    const records = [...this.seen.values()].map((seen) => {
      const { kind: _kind, leaving: _leaving, at, ...facts } = seen.beat;
      return { ...facts, state: stateOf(seen, now), beatAt: at, startedAt: at - seen.beat.uptime };
    });
    return records
      .filter(({ state, beatAt }) => isUp(state) || now - beatAt < FORGET_MS)
      .toSorted((one, other) => (one.worker < other.worker ? -1 : 1));
  }
}

function stateOf({ beat, said }: Seen, now: number): SeenWorkerState {
  const isSilent = now - beat.at > LOST_AFTER_BEATS * beat.every;
  return said === 'stopped' ? said : isSilent ? 'lost' : (said ?? 'alive');
}

/** A worker is quiet, then stops, and does not come back. */
function laterOf(said: Said | undefined, leaving: LeavingState | undefined): Said | undefined {
  return said === undefined || said === 'quiet' ? (leaving ?? said) : said;
}
