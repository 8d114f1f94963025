import { array, assert, boolean, integer, nat, property, record } from 'fast-check';
import { afterDeath, LIVED_LONG_MS, noDeaths } from './restart-policy';
import type { AfterDeath, Death } from './restart-policy';

const CRASH_LIMIT = 5;
const beforeItConsumed: Death = { hasConsumed: false, livedFor: 300 };
const soonAfter: Death = { hasConsumed: true, livedFor: 2_000 };
const later: Death = { hasConsumed: true, livedFor: LIVED_LONG_MS };

/** What follows from each death of one worker, up to the one with which it is given up. */
function follow(deaths: readonly Death[], crashLimit = CRASH_LIMIT): AfterDeath[] {
  const steps: AfterDeath[] = [];
  for (const death of deaths) {
    const step = afterDeath(steps.at(-1)?.deaths ?? noDeaths, death, crashLimit);
    steps.push(step);
    if ('giveUp' in step) break;
  }
  return steps;
}

const pauses = (steps: readonly AfterDeath[]): number[] =>
  steps.flatMap((step) => ('restartIn' in step ? [step.restartIn] : []));
const reason = (steps: readonly AfterDeath[]): string | undefined =>
  steps.flatMap((step) => ('giveUp' in step ? [step.giveUp] : []))[0];
const times = (count: number, death: Death): Death[] => Array.from({ length: count }, () => death);

describe('a worker that dies', () => {
  it('before it consumes is started again after a pause that doubles, and given up at the fifth time', () => {
    const steps = follow(times(9, beforeItConsumed));
    expect(pauses(steps)).toEqual([100, 200, 400, 800]);
    expect(reason(steps)).toBe('died 5 times in a row before it consumed');
  });

  it('soon after it has begun to consume outlives the crash limit of one task, twice', () => {
    const steps = follow(times(99, soonAfter));
    expect(pauses(steps)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(reason(steps)).toBe('died 10 times in a row within 10000 ms of its start');
  });

  it('once it has lived long is started again after the shortest pause, however often', () => {
    expect(new Set(pauses(follow(times(99, later))))).toEqual(new Set([100]));
  });

  it('is judged anew when it has lived long in between', () => {
    const steps = follow([...times(4, beforeItConsumed), later, ...times(4, beforeItConsumed)]);
    expect(pauses(steps)).toEqual([100, 200, 400, 800, 100, 100, 200, 400, 800]);
  });

  it('before it consumes, however long that took, dies at once', () => {
    expect(reason(follow(times(5, { hasConsumed: false, livedFor: 3_600_000 })))).toMatch(/before it consumed/);
  });

  it('waits from 100 ms to 10 s, longer after each death at once, and is given up from the fifth of these on', () => {
    const anyDeath = record({ hasConsumed: boolean(), livedFor: nat(20_000) });
    assert(
      property(array(anyDeath, { maxLength: 200, size: 'max' }), integer({ min: 1, max: 20 }), (deaths, crashLimit) => {
        let pause = 0;
        for (const step of follow(deaths, crashLimit)) {
          const { atOnce } = step.deaths;
          if ('giveUp' in step) return atOnce >= 5;
          const isLonger = atOnce <= 1 ? step.restartIn === 100 : step.restartIn >= pause;
          if (!isLonger || step.restartIn > 10_000 || atOnce >= Math.max(5, 2 * crashLimit)) return false;
          pause = step.restartIn;
        }
        return true;
      }),
    );
  });
});
