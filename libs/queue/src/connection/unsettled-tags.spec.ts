import { serialize } from 'node:v8';
import * as fc from 'fast-check';
import { UnsettledTags } from './unsettled-tags';

function of(...tags: number[]): UnsettledTags {
  const unsettled = new UnsettledTags();
  for (const tag of tags) unsettled.add(tag);
  return unsettled;
}

describe('unsettled tags', () => {
  it('gives those up to the first that is open, once', () => {
    const unsettled = of(1, 2, 3, 4);
    for (const tag of [4, 2, 1]) unsettled.acknowledge(tag);
    expect(unsettled.takeAcknowledgedInARow()).toBe(2);
    expect(unsettled.takeAcknowledgedInARow()).toBeUndefined();
    expect([1, 2, 3, 4].map((tag) => unsettled.delete(tag))).toEqual([false, false, true, true]);
    expect(unsettled.size).toBe(0);
  });

  it('finds a tag also where others are missing, and none that it was not given', () => {
    const unsettled = of(3, 4, 900, 905);
    expect([2, 5, 899, 901, 906].map((tag) => unsettled.delete(tag))).toEqual(Array(5).fill(false));
    expect([905, 4, 900, 3].map((tag) => unsettled.delete(tag))).toEqual(Array(4).fill(true));
  });

  it('stays as small as what is unsettled, also beside a task that takes as long as many thousand others', () => {
    const unsettled = of(1);
    for (let tag = 2; tag < 50_000; tag += 1) {
      unsettled.add(tag);
      unsettled.delete(tag);
    }
    expect(unsettled.size).toBe(1);
    expect(serialize(unsettled).byteLength).toBeLessThan(2_000);
    unsettled.acknowledge(1);
    expect(unsettled.takeAcknowledgedInARow()).toBe(1);
  });

  it('does what a map of open and acknowledged tags does, whatever comes in whatever order', () => {
    const step = fc.record({
      pick: fc.nat(),
      verb: fc.constantFrom('add', 'add', 'add', 'acknowledge', 'delete', 'delete', 'delete', 'take'),
    });
    const steps = fc.array(step, { minLength: 300, maxLength: 900, size: 'max' }); // long enough to drop what is told
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 400 }), (moves, widest, near) => {
        const unsettled = new UnsettledTags();
        const model = new Map<number, boolean>();
        const differences: object[] = [];
        let last = 0;
        for (const { pick, verb } of moves) {
          const tag = Math.max(1, last - (pick % near)); // some runs keep the oldest open
          if (verb === 'add') last += 1 + (pick % widest);
          const does = {
            add: () => [unsettled.add(last), void model.set(last, false)],
            acknowledge: () => [unsettled.acknowledge(tag), model.has(tag) && model.set(tag, true) === model],
            delete: () => [unsettled.delete(tag), model.delete(tag)],
            take: () => [unsettled.takeAcknowledgedInARow(), takenFrom(model)],
          };
          const [told, expected] = does[verb]();
          // One assertion at the end: one for each of a hundred thousand steps would take most of the test's time.
          if (told !== expected || unsettled.size !== model.size)
            differences.push({ verb, tag, told, size: unsettled.size, expected, expectedSize: model.size });
        }
        expect(differences).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

function takenFrom(model: Map<number, boolean>): number | undefined {
  let upTo: number | undefined;
  for (const [tag, isAcknowledged] of model) {
    if (!isAcknowledged) return upTo;
    model.delete(tag);
    upTo = tag;
  }
  return upTo;
}
