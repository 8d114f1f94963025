import type { OverviewAnswer, QueueRow } from './overview';
import { oldestWaitingMetric, WaitingMetrics } from './waiting-metrics';

const row = (name: string, ready: number | undefined, oldest?: number): QueueRow => ({
  name,
  state: ready === undefined ? 'denied' : 'there',
  ready,
  consumers: 0,
  dead: 0,
  quarantined: 0,
  problems: [],
  ...(oldest === undefined ? {} : { oldest }),
});

const seen = (more: Partial<OverviewAnswer> = {}): OverviewAnswer => ({
  at: 1,
  broker: { state: 'open' },
  history: { state: 'live' },
  queues: [row('images', 5, 90_500), row('mails', 0), row('foreign', 3), row('hidden', undefined, 7_000)],
  totals: {},
  isOldestAtLeast: false,
  problems: [],
  ...more,
});

describe('the age of the oldest task that waits', () => {
  it('is told of each queue of which it is known, with 0 where none waits', () => {
    expect(oldestWaitingMetric(seen())).toMatchObject({
      name: 'warren_oldest_waiting_seconds',
      samples: [
        { labels: { queue: 'images' }, value: 90.5 },
        { labels: { queue: 'mails' }, value: 0 },
      ],
    });
  });

  it.each<[string, Partial<OverviewAnswer>]>([
    ['the broker is away', { broker: { state: 'away' } }],
    ['the history is still being read', { history: { state: 'replaying' } }],
    ['there is no history', { history: { state: 'unavailable' } }],
  ])('is told of none while %s', (_what, more) => {
    expect(oldestWaitingMetric(seen(more)).samples).toEqual([]);
  });

  it('is read anew at each scrape', () => {
    let scrape = (): unknown => undefined;
    let ready = 1;
    const source = {
      include: (read: () => unknown): void => {
        scrape = read;
      },
    };
    const overview = { now: () => seen({ queues: [row('images', ready, 2_000)] }) };
    new WaitingMetrics(source, overview).onModuleInit();
    expect(scrape()).toMatchObject([{ samples: [{ value: 2 }] }]);
    ready = 0;
    expect(scrape()).toMatchObject([{ samples: [{ value: 0 }] }]);
  });
});
