import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import { HOST } from '../worker-name';
import type { BeatQueue, BeatRecord, LeavingState } from './lifecycle-record';
import type { RunInHand } from './recorder';

/** Ids of running tasks that a beat names. */
const MAX_IDS = 100;

/** How exactly the lateness of the event loop is measured, in milliseconds; it is looked at so often. */
const LAG_RESOLUTION_MS = 50;

/** The first beat comes so soon after a worker has begun, in milliseconds: its queues begin one after the other. */
const FIRST_BEAT_MS = 200;

/** What a beat tells of a worker. */
export interface WorkInHand {
  /** The queues it consumes; none where it only adds tasks. */
  consumed(): readonly BeatQueue[];
  runs(): Iterable<RunInHand>;
}

/** When a worker says that it lives, and what it says. A process that only adds tasks has no beat. */
export class Beats {
  private timer: NodeJS.Timeout | undefined;
  private first: NodeJS.Timeout | undefined;
  private lag: IntervalHistogram | undefined;
  private beat: () => void = () => undefined;
  private leaving: LeavingState | undefined;
  private readonly version = versionOfApplication();

  constructor(
    /** Milliseconds between two. */
    private readonly every: number,
    private readonly work: WorkInHand,
  ) {}

  /** It consumes, or has consumed. */
  get isWorker(): boolean {
    return this.timer !== undefined;
  }

  start(beat: () => void): void {
    this.beat = beat;
  }

  /** A queue is consumed from now on: from the first one on there are beats, and each is told of soon. */
  soon(): void {
    if (this.timer === undefined) {
      this.lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
      this.lag.enable();
      this.timer = setInterval(() => this.beat(), this.every).unref();
    }
    clearTimeout(this.first);
    this.first = setTimeout(() => this.beat(), FIRST_BEAT_MS).unref();
  }

  /** From now on each beat says so: who begins to listen later has not heard it said. What stops is not quiet any more. */
  leaves(how: LeavingState): void {
    if (this.leaving !== 'stopping') this.leaving = how;
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.first);
    this.lag?.disable();
  }

  describe(): Omit<BeatRecord, 'kind' | 'at' | 'worker' | 'dropped'> {
    const late = this.lag === undefined ? 0 : this.lag.max / 1_000_000 - LAG_RESOLUTION_MS;
    this.lag?.reset();
    return {
      host: HOST,
      pid: process.pid,
      ...(this.leaving === undefined ? {} : { leaving: this.leaving }),
      ...(this.version === undefined ? {} : { version: this.version }),
      uptime: Math.round(process.uptime() * 1_000),
      lag: Number.isFinite(late) ? Math.max(0, Math.round(late)) : 0,
      rss: process.memoryUsage.rss(),
      every: this.every,
      queues: this.work.consumed(),
      running: idsOf(this.work.runs()),
    };
  }
}

function idsOf(runs: Iterable<RunInHand>): string[] {
  const ids: string[] = [];
  for (const { id, runningSince } of runs) {
    if (ids.length === MAX_IDS) break;
    if (id !== undefined && runningSince !== undefined) ids.push(id);
  }
  return ids;
}

/** Of the `package.json` in the folder the process was started in. */
function versionOfApplication(): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
