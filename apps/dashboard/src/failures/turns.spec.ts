import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns';
import type { Turn } from './turns';

/** Turns of which the first is taken until it is told to end, and who had theirs after it. */
function taken() {
  const turns = new Turns();
  const had: string[] = [];
  let end: () => void = () => undefined;
  const first = turns.take('look', () => new Promise<void>((resolve) => (end = resolve)));
  const wait = (turn: Turn, name: string): Promise<void> =>
    turns.take(turn, async () => {
      had.push(`${name} begins`);
      await setImmediate();
      had.push(`${name} ends`);
    });
  return { turns, had, first, wait, end: () => end() };
}

describe('whoever looks into the dead-letter queues', () => {
  it('is alone, and what was ordered goes before what only looks', async () => {
    const { wait, had, end, first } = taken();
    const all = [wait('look', 'look'), wait('reading', 'reading'), wait('action', 'one'), wait('action', 'other')];
    await setImmediate();
    expect(had).toEqual([]);
    end();
    await Promise.all([first, ...all]);
    const order = ['one', 'other', 'reading', 'look'];
    expect(had).toEqual(order.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('is told that too many wait, which keeps nobody from acting', async () => {
    const { wait, had, end, first } = taken();
    const looks = Array.from({ length: 100 }, (_look, index) => wait('look', `look ${index}`));
    const ends = Promise.allSettled(looks);
    const action = wait('action', 'action');
    await expect(looks[4]).rejects.toMatchObject({ status: 503, message: expect.stringContaining('Too many') });
    end();
    await Promise.all([first, action]);
    expect(had[0]).toBe('action begins');
    expect((await ends).filter(({ status }) => status === 'rejected')).toHaveLength(96);
    await expect(wait('look', 'later')).resolves.toBeUndefined();
  });

  it('has its turn also after one who failed', async () => {
    const turns = new Turns();
    const failed = turns.take('look', () => Promise.reject(new Error('no queue')));
    const next = turns.take('look', () => Promise.resolve('read'));
    await expect(failed).rejects.toThrow('no queue');
    await expect(next).resolves.toBe('read');
  });
});
