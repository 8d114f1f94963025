import type { BrokerCounts } from '@app/queue/operating';
import type { Past } from '../past/past';
import type { BrokerWatch } from './broker-watch';
import { Overview } from './overview';

const counted = { state: 'there', consumers: 1, quarantined: 0, problems: [] } as const;
const counts: BrokerCounts = {
  queues: [
    { queue: 'images', ready: 5, dead: 1, ...counted },
    { queue: 'mails', ready: 2, dead: undefined, ...counted },
  ],
  delayed: 7,
  undelivered: 0,
};

/** Where no history is kept. */
const nothing = (problem: string): Past =>
  ({ state: 'unavailable', problem, queue: () => undefined, workers: () => [] }) as unknown as Past;

const steering = { paused: new Map(), problem: undefined };

const watch = (known?: BrokerCounts): BrokerWatch => ({ broker: { state: 'open' }, counts: known }) as BrokerWatch;

describe('the overview', () => {
  it('without a history has the broker’s counts, their sums, and says what is missing', () => {
    const answer = new Overview(watch(counts), nothing('nothing is kept'), steering).now(1);
    expect(answer).toMatchObject({ at: 1, history: { state: 'unavailable' }, problems: ['nothing is kept'] });
    expect(answer.totals).toEqual({ ready: 7, dead: 1, delayed: 7, undelivered: 0 });
    expect(answer.queues[0]).toMatchObject({ name: 'images', ready: 5, dead: 1 });
  });

  it('before the broker has answered knows no number, and none is a zero', () => {
    const { queues, totals } = new Overview(watch(), nothing(''), steering).now(1);
    expect(queues).toEqual([]);
    expect(Object.values(totals).filter((total) => total !== undefined)).toEqual([]);
  });

  it('with a history adds what happened: sums, the oldest of all, and who is lost', () => {
    const past = {
      state: 'live',
      problem: undefined,
      queue: (name: string) =>
        name === 'images'
          ? { running: 2, oldest: 9_000, donePerSecond: 1.5, spark: [] }
          : { running: 1, donePerSecond: 1, spark: [] },
      workers: () => [{ state: 'alive' }, { state: 'quiet' }, { state: 'stopped' }, { state: 'lost' }],
    } as unknown as Past;
    const { totals, queues, problems } = new Overview(watch(counts), past, steering).now(1);
    expect(totals).toMatchObject({ running: 3, oldest: 9_000, donePerSecond: 2.5, workers: 2, lost: 1 });
    expect(queues[0]).toMatchObject({ name: 'images', ready: 5, running: 2 });
    expect(problems).toEqual([]);
  });

  it('has no age of what waits where the broker says that nothing is ready, and says where one is the least it can be', () => {
    const queue = (): object => ({ running: 0, oldest: 9_000, isAtLeast: true, donePerSecond: 0, spark: [] });
    const past = { ...nothing(''), state: 'live', queue } as unknown as Past;
    const known = (ready: number): BrokerCounts => ({
      ...counts,
      queues: counts.queues.map((one) => ({ ...one, ready: one.queue === 'images' ? ready : 0 })),
    });
    const now = (ready: number) => new Overview(watch(known(ready)), past, steering).now(1);
    expect(now(1)).toMatchObject({ totals: { oldest: 9_000 }, isOldestAtLeast: true });
    expect(now(1).queues.map(({ oldest, isAtLeast }) => [oldest, isAtLeast])).toEqual([
      [9_000, true],
      [undefined, undefined],
    ]);
    expect(now(0)).toMatchObject({ isOldestAtLeast: false });
    expect(now(0).totals['oldest']).toBeUndefined();
  });

  it('tells which queues are paused, by whom and why, and that it does not know', () => {
    const pause = { queue: 'mails', by: 'ada', at: 5, reason: 'bad template' };
    const paused = { paused: new Map([['mails', pause]]), problem: 'no streams' };
    const { queues, problems } = new Overview(watch(counts), nothing('nothing is kept'), paused).now(1);
    expect(queues.map((queue) => queue.pause)).toEqual([undefined, pause]);
    expect(problems).toEqual(['nothing is kept', expect.stringContaining('no streams')]);
  });

  it('gives one reason for all while the broker is away', () => {
    const away = { broker: { state: 'away', problem: 'ECONNREFUSED' }, counts } as BrokerWatch;
    const answer = new Overview(away, nothing('nothing is kept'), { ...steering, problem: 'x' }).now(1);
    expect(answer.problems).toEqual([]);
    expect(answer.broker).toEqual({ state: 'away', problem: 'ECONNREFUSED' });
  });
});
