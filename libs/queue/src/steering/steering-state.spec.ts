import * as fc from 'fast-check';
import type { ControlRecord, QueueOrder } from './control-record';
import { SteeringState } from './steering-state';

const LIMITS = { cancels: 100, queues: 100, bytes: 10_000 };

/** A state that has read these, each of so many bytes; the place of each is its index. */
function after(records: readonly ControlRecord[], bytes = 50, limits = LIMITS): SteeringState {
  const state = new SteeringState('me', limits);
  records.forEach((record, offset) => state.apply(record, offset, bytes));
  return state;
}

const cancel = (id: string, at: number, by = 'anna'): ControlRecord => ({ kind: 'cancel', ids: [id], by, at });
const pause = (queue: string, by = 'anna'): QueueOrder => ({ kind: 'pause', queue, by, at: 7, reason: 'why' });
const resume = (queue: string, by = 'ben'): QueueOrder => ({ kind: 'resume', queue, by, at: 8 });

describe('a cancel', () => {
  it('is meant for what was added before it, and for what cannot have been there before', () => {
    const state = after([cancel('a', 1_000)]);
    expect(state.cancelOf({ id: 'a', addedAt: 999 })).toEqual({ by: 'anna', at: 1_000 });
    expect(state.cancelOf({ id: 'a', addedAt: 1_000 })).toBeDefined();
    expect(state.cancelOf({ id: 'a', addedAt: undefined })).toBeDefined();
    expect(state.cancelOf({ id: 'a', addedAt: 1_001 })).toBeUndefined();
  });

  it('is meant for no other task, nor for one without an id', () => {
    const state = after([cancel('a', 1_000)]);
    expect(state.cancelOf({ id: 'b', addedAt: undefined })).toBeUndefined();
    expect(state.cancelOf({ id: undefined, addedAt: undefined })).toBeUndefined();
  });

  it('takes nothing away from an earlier one, whatever the clock of who gave it says', () => {
    const state = after([cancel('a', 1_000), cancel('a', 500, 'ben')]);
    expect(state.cancelOf({ id: 'a', addedAt: 900 })).toEqual({ by: 'anna', at: 1_000 });
  });

  it('is forgotten when so many came after it, and one that is said again is the newest', () => {
    const ids = Array.from({ length: 100 }, (_, index) => cancel(`id-${index}`, index));
    const state = after([
      cancel('old', 1),
      cancel('kept', 1),
      ...ids.slice(0, 98),
      cancel('kept', 2),
      ...ids.slice(98),
    ]);
    expect(state.cancelCount).toBe(100);
    expect(
      ['old', 'kept', 'id-0', 'id-1', 'id-99'].map((id) => state.cancelOf({ id, addedAt: 0 }) !== undefined),
    ).toEqual([false, true, false, true, true]);
  });
});

describe('a pause', () => {
  it('holds with who, when and why, until it is taken back', () => {
    const paused = { queue: 'a', by: 'anna', at: 7, reason: 'why' };
    expect([...after([pause('a'), pause('b'), resume('b')]).paused.entries()]).toEqual([['a', paused]]);
    expect(after([pause('a'), resume('a')]).orderOf('a')).toEqual(resume('a'));
    expect(after([]).orderOf('a')).toBeUndefined();
  });

  it('fades when much was ordered since, and is said again with its place', () => {
    const many = Array.from({ length: 60 }, (_, index) => cancel(`id-${index}`, 1));
    expect(after([pause('a'), ...many.slice(0, 50)]).fading).toEqual([]);
    expect(after([resume('b'), pause('a'), ...many]).fading).toEqual([{ ...pause('a'), of: 1 }]);
    const saidAgain = after([resume('b'), pause('a'), ...many, { ...pause('a'), of: 1 }]);
    expect(saidAgain.fading).toEqual([]);
    expect(saidAgain.paused.get('a')?.by).toBe('anna');
  });

  it('fades behind what is no order as well: the marks of those who begin to read', () => {
    const state = after([pause('a')]);
    for (let mark = 0; mark < 83; mark += 1) state.skip(0);
    expect(state.fading).toEqual([]);
    state.skip(0);
    expect(state.fading).toEqual([{ ...pause('a'), of: 0 }]);
  });

  it('fades no longer while it is on its way to be said again, unless it could not be sent or was never read', () => {
    const many = Array.from({ length: 60 }, (_, index) => cancel(`id-${index}`, 1));
    const state = after([pause('a'), ...many]);
    expect(state.takeFading()).toEqual([{ ...pause('a'), of: 0 }]);
    state.skip(0);
    expect(state.takeFading()).toEqual([]);
    state.keepFading('a');
    expect(state.takeFading()).toHaveLength(1);
    state.skip(LIMITS.bytes);
    expect(state.takeFading()).toHaveLength(1);
  });

  it('that is said again too late undoes nothing, and has the resumption said again', () => {
    const state = after([pause('a'), resume('a'), { ...pause('a'), of: 0 }]);
    expect(state.paused.size).toBe(0);
    expect(state.fading).toEqual([{ ...resume('a'), of: 1 }]);
    // What begins to read behind the resumption:
    expect(after([{ ...pause('a'), of: 0 }, ...state.fading]).paused.size).toBe(0);
  });

  it('is of the first of too many queues forgotten', () => {
    const state = after([pause('first'), pause('a'), resume('b')], 50, { ...LIMITS, queues: 2 });
    expect([...state.paused.keys()]).toEqual(['a']);
  });

  it('is what it was, whatever is said again and whenever', () => {
    const orders = fc.array(fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c'), fc.nat(40)), {
      maxLength: 30,
      size: 'max',
    });
    fc.assert(
      fc.property(orders, (steps) => {
        const written: QueueOrder[] = [];
        const plain = new SteeringState('me', LIMITS);
        const repeated = new SteeringState('me', LIMITS);
        for (const [isPause, queue, earlier] of steps) {
          const record = isPause ? pause(queue, `${written.length}`) : resume(queue, `${written.length}`);
          plain.apply(record, written.length, 1);
          repeated.apply(record, written.length, 1);
          written.push(record);
          const again = written[earlier % written.length];
          // Said again by somebody who has read no further than this.
          if (again !== undefined) {
            const of = again.of ?? earlier % written.length;
            repeated.apply({ ...again, of }, written.length, 1);
            written.push({ ...again, of });
          }
        }
        expect([...repeated.paused.keys()].toSorted()).toEqual([...plain.paused.keys()].toSorted());
      }),
    );
  });
});

describe('an order to a worker', () => {
  it('is heard by that one alone', () => {
    expect(after([{ kind: 'stop', worker: 'me-too', by: 'anna', at: 1 }]).wish).toBeUndefined();
    expect(after([{ kind: 'quiet', worker: 'me', by: 'anna', at: 1 }]).wish).toEqual({ kind: 'quiet', by: 'anna' });
  });

  it('to stop is the last', () => {
    const stop = { kind: 'stop', worker: 'me', by: 'anna', at: 1 } as const;
    expect(after([stop, { ...stop, kind: 'quiet', by: 'ben' }]).wish).toEqual({ kind: 'stop', by: 'anna' });
    expect(after([{ ...stop, kind: 'quiet' }, stop]).wish?.kind).toBe('stop');
  });
});
