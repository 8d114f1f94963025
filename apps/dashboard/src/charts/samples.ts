/** What is measured of a queue, by name. */
export const measures = ['ready', 'running', 'done', 'dead', 'waitP95', 'runP95'] as const;

/** The values of a queue at one moment, in the order of {@link measures}; `null` where nobody knows. */
export type Sample = readonly (number | null)[];

/** How far back a chart goes. */
export type Range = '15m' | '1h' | '6h' | '24h';

/** So much early counts as on time: timers that drift would else lose every second point. */
const EARLY_MS = 500;

interface Moment {
  readonly at: number;
  readonly queues: ReadonlyMap<string, Sample>;
}

/** Points that are kept: every so many milliseconds, so many of them. */
class Ring {
  readonly moments: Moment[] = [];

  constructor(
    private readonly every: number,
    private readonly length: number,
  ) {}

  add(moment: Moment): void {
    const last = this.moments.at(-1);
    if (last !== undefined && moment.at - last.at < this.every - EARLY_MS) return;
    this.moments.push(moment);
    if (this.moments.length > this.length) this.moments.shift();
  }
}

const MINUTE = 60_000;
const RANGES: Readonly<Record<Range, { ring: 'fine' | 'middle' | 'coarse'; length: number }>> = {
  '15m': { ring: 'fine', length: 15 * MINUTE },
  '1h': { ring: 'middle', length: 60 * MINUTE },
  '6h': { ring: 'coarse', length: 360 * MINUTE },
  '24h': { ring: 'coarse', length: 1_440 * MINUTE },
};

/** What charts are drawn from: columns, as a plot takes them. */
export interface Series {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly queues: readonly string[];
  /** By measure, then by queue. */
  readonly series: Readonly<Record<string, Readonly<Record<string, Sample>>>>;
}

/** The last day of every queue: 2 s apart for a quarter of an hour, 10 s for an hour, a minute for a day. */
export class Samples {
  private readonly rings = {
    fine: new Ring(2_000, 450),
    middle: new Ring(10_000, 360),
    coarse: new Ring(MINUTE, 1_440),
  };

  add(at: number, queues: ReadonlyMap<string, Sample>): void {
    for (const ring of Object.values(this.rings)) ring.add({ at, queues });
  }

  series(range: Range, now: number): Series {
    const { ring, length } = RANGES[range];
    const moments = this.rings[ring].moments.filter(({ at }) => at > now - length);
    const queues = [...(moments.at(-1)?.queues.keys() ?? [])];
    const column = (measure: number, queue: string): Sample =>
      moments.map((moment) => moment.queues.get(queue)?.[measure] ?? null);
    return {
      times: moments.map(({ at }) => at / 1_000),
      queues,
      series: Object.fromEntries(
        measures.map((measure, index) => [
          measure,
          Object.fromEntries(queues.map((queue) => [queue, column(index, queue)])),
        ]),
      ),
    };
  }
}
