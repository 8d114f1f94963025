import type { Metric, MetricsSource } from '@app/queue/metrics';
import type { OnModuleInit } from '@nestjs/common';
import type { Overview, OverviewAnswer } from './overview';

/** Has `/metrics` tell what the dashboard alone knows. */
export class WaitingMetrics implements OnModuleInit {
  constructor(
    private readonly source: Pick<MetricsSource, 'include'>,
    private readonly overview: Pick<Overview, 'now'>,
  ) {}

  onModuleInit(): void {
    this.source.include(() => [oldestWaitingMetric(this.overview.now(Date.now()))]);
  }
}

/**
 * How old the oldest task is that waits in each queue, also where no worker is up that could have it in hand. A queue is left out whose age nobody
 * knows: while the broker is away or the history is not up to date, and where something waits of which nothing was recorded.
 */
export function oldestWaitingMetric({
  broker,
  history,
  queues,
}: Pick<OverviewAnswer, 'broker' | 'history' | 'queues'>): Metric {
  const isKnown = broker.state === 'open' && history.state === 'live';
  const samples = (isKnown ? queues : []).flatMap(({ name, ready, oldest }) => {
    const age = ready === 0 ? 0 : oldest;
    return ready === undefined || age === undefined ? [] : [{ labels: { queue: name }, value: age / 1_000 }];
  });
  return {
    name: 'warren_oldest_waiting_seconds',
    help: 'The age of the oldest task that waits in the queue, by what was recorded, from when it could first have been run; 0 when none waits.',
    type: 'gauge',
    samples,
  };
}
