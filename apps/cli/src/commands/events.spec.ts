import { PassThrough } from 'node:stream';
import type { LifecycleRecord, TakeRecords } from '@app/queue/operating';
import { Screen } from '../terminal/screen';
import type { Desk } from './desk';
import { events } from './events';
import type { EventsOptions } from './events';

const NOW = Date.now();
const record = (id: string): LifecycleRecord => ({ kind: 'added', id, queue: 'images', at: NOW, worker: 'w' });

/** A line of output that nobody has read yet holds the next one up. */
const ONE_LINE = 1;

/** The command, on a feed that is in the test's hands. */
function begun(options: EventsOptions = {}) {
  const stdout = new PassThrough({ highWaterMark: ONE_LINE });
  const stderr = new PassThrough();
  const end = new AbortController();
  let hand: (take: TakeRecords) => void = () => undefined;
  const taken = new Promise<TakeRecords>((resolve) => {
    hand = resolve;
  });
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const sinces: number[] = [];
  const desk = {
    screen: new Screen({ stdin: new PassThrough(), stdout, stderr }, {}),
    signal: end.signal,
    json: true,
    reach: async () => ({
      operations: {
        feed: (since: number, take: TakeRecords) => {
          sinces.push(since);
          hand(take);
          return { open: () => open, problem: undefined };
        },
      },
    }),
    upToDate: async (reading: { open(): Promise<void> }) => reading.open(),
  };
  const code = events(desk as unknown as Desk, options);
  const ids = (): string[] =>
    String(stdout.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { id: string }).id);
  return { code, taken, opened, end, sinces, stderr, ids, turn: () => new Promise(setImmediate) };
}

describe('warren events', () => {
  it('writes what happened while it is still read, and takes no more than is read of it', async () => {
    const { code, taken, opened, ids, turn, stderr } = begun();
    const take = await taken;
    let isTaken = false;
    const taking = take([record('a'), record('b'), record('c')]).then(() => {
      isTaken = true;
    });
    await turn();
    expect({ seen: ids(), isTaken }).toEqual({ seen: ['a'], isTaken: false });
    await turn();
    expect({ seen: ids(), isTaken }).toEqual({ seen: ['b'], isTaken: false });
    await turn();
    expect(ids()).toEqual(['c']);
    await taking;
    opened();
    expect(await code).toBe(0);
    expect(String(stderr.read())).toBe('3 events.\n');
  });

  it('ends with 4 when nothing was meant', async () => {
    const { code, taken, opened } = begun({ kind: ['completed'], since: NOW });
    await (
      await taken
    )([record('a')]);
    opened();
    expect(await code).toBe(4);
  });

  it('follows until it is told to end, and then takes everything without a word', async () => {
    const { code, taken, opened, end, ids, sinces, turn } = begun({ follow: true });
    const take = await taken;
    opened();
    const taking = take([{ ...record('later'), at: Date.now() + 1 }]);
    await turn();
    expect(ids()).toEqual(['later']);
    await taking;
    end.abort();
    await take([{ ...record('too late'), at: Date.now() + 1 }]);
    expect({ code: await code, seen: ids() }).toEqual({ code: 0, seen: [] });
    expect(sinces[0]).toBeGreaterThanOrEqual(NOW);
  });
});
