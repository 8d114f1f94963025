import { Samples } from './samples';
import type { Sample } from './samples';

const sample = (ready: number): ReadonlyMap<string, Sample> => new Map([['images', [ready, 1, 2, 3, null, null]]]);
const SECOND = 1_000;
const HOUR = 3_600_000;

/** One every second, so many of them, from 0 on. */
function filled(seconds: number): Samples {
  const samples = new Samples();
  for (let second = 0; second <= seconds; second += 1) samples.add(second * SECOND, sample(second));
  return samples;
}

describe('the samples of the charts', () => {
  it('are columns: times in seconds, and a value of every measure for every queue', () => {
    const samples = new Samples();
    samples.add(2_000, sample(7));
    expect(samples.series('15m', 3_000)).toEqual({
      times: [2],
      queues: ['images'],
      series: {
        ready: { images: [7] },
        running: { images: [1] },
        done: { images: [2] },
        dead: { images: [3] },
        waitP95: { images: [null] },
        runP95: { images: [null] },
      },
    });
  });

  it('are two seconds apart for a quarter of an hour, ten for an hour, a minute for a day', () => {
    const samples = filled(26 * 3_600);
    const points = (range: '15m' | '1h' | '6h' | '24h'): [number, number] => {
      const { times } = samples.series(range, 26 * HOUR);
      return [times.length, (times.at(-1) ?? 0) - (times.at(-2) ?? 0)];
    };
    expect(points('15m')).toEqual([450, 2]);
    expect(points('1h')).toEqual([360, 10]);
    expect(points('6h')).toEqual([360, 60]);
    expect(points('24h')).toEqual([1_440, 60]);
  });

  it('of a queue that is new have gaps where it was not there', () => {
    const samples = new Samples();
    samples.add(0, new Map());
    samples.add(2_000, sample(5));
    expect(samples.series('15m', 3_000).series['ready']).toEqual({ images: [null, 5] });
  });

  it('begin with nothing', () => {
    expect(new Samples().series('1h', 0)).toMatchObject({ times: [], queues: [] });
  });
});
