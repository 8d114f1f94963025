import { runModule } from '../support/run-module';

interface Fault {
  readonly kind: string;
  readonly at: number;
  readonly lasts: number;
}

interface Wish {
  readonly seed: string;
  readonly seconds: number;
  readonly kinds: readonly string[];
}

const ALL = ['worker-kill', 'connection-close', 'blackhole', 'broker-kill', 'broker-freeze', 'queue-delete', 'alarm'];

/** One plan for each wish. */
const plansFor = (...wishes: Wish[]): Promise<Fault[][]> =>
  runModule('chaos/plan.mjs', '({ planFaults }, wishes) => wishes.map(planFaults)', wishes) as Promise<Fault[][]>;

/** Many seeds, so that a rule is seen to hold and not only to have held. */
const seeds = Array.from({ length: 30 }, (_, index) => `seed ${index}`);

describe('the plan of a chaos run', () => {
  it('is the same for the same seed, and another for another', async () => {
    const wish = { seconds: 120, kinds: ALL };
    const [once, again, other] = await plansFor({ ...wish, seed: 'a' }, { ...wish, seed: 'a' }, { ...wish, seed: 'b' });
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  it('does not change the other kinds when one is left out', async () => {
    const kinds = ['worker-kill', 'blackhole'];
    const [both = [], one = []] = await plansFor(
      { seed: 'a', seconds: 120, kinds },
      { seed: 'a', seconds: 120, kinds: ['worker-kill'] },
    );
    expect(both.filter(({ kind }) => kind === 'worker-kill')).toEqual(one);
  });

  it('has every kind at least once, also in a short run', async () => {
    const plans = await plansFor(...seeds.map((seed) => ({ seed, seconds: 5, kinds: ALL })));
    for (const plan of plans) expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(ALL));
  });

  it('has so many of each kind as the time has room for, in the order of their times', async () => {
    const [plan = []] = await plansFor({ seed: 'a', seconds: 600, kinds: ALL });
    const counts = ALL.map((kind) => plan.filter((fault) => fault.kind === kind).length);
    expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(counts[0]).toBeGreaterThan(60);
    for (const count of counts) expect(count).toBeGreaterThan(5);
  });

  it('never strikes the broker twice at once, nor kills it before a new queue is written down', async () => {
    const plans = await plansFor(...seeds.map((seed) => ({ seed, seconds: 120, kinds: ALL })));
    for (const plan of plans) {
      const strikes = plan.filter(({ kind }) => !['worker-kill', 'blackhole'].includes(kind));
      const overlaps = strikes.filter((fault, index) => {
        const before = strikes[index - 1];
        return before !== undefined && fault.at < before.at + before.lasts;
      });
      const kills = plan.filter(({ kind }) => kind === 'broker-kill').map(({ at }) => at);
      const declarations = [0, ...plan.filter(({ kind }) => kind === 'queue-delete').map(({ at }) => at)];
      const early = kills.filter((at) => declarations.some((declared) => at >= declared && at < declared + 6_000));
      expect({ overlaps, early }).toEqual({ overlaps: [], early: [] });
    }
  });
});
