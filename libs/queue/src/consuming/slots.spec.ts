import { Slots } from './slots';

describe('slots', () => {
  let slots: Slots<string>;
  let started: string[];

  beforeEach(() => {
    slots = new Slots(2);
    started = [];
  });

  const take = (name: string): void => slots.take(name, () => started.push(name));

  it('start as many at once as there are, and the next ones in their order', () => {
    for (const name of ['a', 'b', 'c', 'd']) take(name);
    expect(started).toEqual(['a', 'b']);
    slots.release();
    expect(started).toEqual(['a', 'b', 'c']);
    slots.release();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are free again when nobody waits', () => {
    take('a');
    slots.release();
    for (const name of ['b', 'c', 'd']) take(name);
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('pass over who no longer waits', () => {
    for (const name of ['a', 'b', 'c', 'd']) take(name);
    expect(slots.leave('c')).toBe(true);
    slots.release();
    expect(started).toEqual(['a', 'b', 'd']);
  });

  it('are not left by who has started or never came', () => {
    take('a');
    expect(slots.leave('a')).toBe(false);
    expect(slots.leave('z')).toBe(false);
  });
});
