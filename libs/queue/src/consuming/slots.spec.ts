import * as fc from 'fast-check';
import { Slots } from './slots';

describe('slots', () => {
  it('start at once while one is free, and then in the order they were asked for', () => {
    const slots = new Slots(2);
    const started: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) slots.take(() => started.push(name));
    expect(started).toEqual(['a', 'b']);
    slots.release();
    expect(started).toEqual(['a', 'b', 'c']);
    slots.release();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that were given back are free again', () => {
    const slots = new Slots(1);
    let started = 0;
    for (let round = 1; round <= 3; round += 1) {
      slots.take(() => (started += 1));
      expect(started).toBe(round);
      slots.release();
    }
  });

  it('are never more than there are, and never fewer than there is work for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean()), (count, steps) => {
        const slots = new Slots(count);
        let running = 0;
        let asked = 0;
        let released = 0;
        for (const isTake of steps) {
          if (isTake) {
            asked += 1;
            slots.take(() => (running += 1));
          } else if (running > 0) {
            running -= 1;
            released += 1;
            slots.release();
          }
          expect(running).toBe(Math.min(count, asked - released));
        }
      }),
    );
  });
});
