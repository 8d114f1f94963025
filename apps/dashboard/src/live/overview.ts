import type { Pause, Steering } from '@app/queue';
import { oldestWaiting } from '@app/queue/operating';
import type { WorkQueueCounts } from '@app/queue/operating';
import type { Past, PastQueue } from '../past/past';
import type { BrokerAnswer, BrokerWatch } from './broker-watch';

/** One queue on the first page. A number that nobody knows is missing; times in milliseconds. */
export type QueueRow = Omit<WorkQueueCounts, 'queue'> &
  Partial<PastQueue> & { readonly name: string; readonly pause?: Omit<Pause, 'queue'> };

/** What every page shows. */
export interface OverviewAnswer {
  /** Milliseconds since 1970, by the dashboard's clock. */
  readonly at: number;
  readonly broker: BrokerAnswer;
  /** Whether what happened to the tasks is known. */
  readonly history: { readonly state: Past['state'] };
  readonly queues: readonly QueueRow[];
  readonly totals: Readonly<Record<string, number | undefined>>;
  /** The oldest of all may be older than `totals` says: more tasks wait than are remembered. */
  readonly isOldestAtLeast: boolean;
  /** What is missing, in sentences. */
  readonly problems: readonly string[];
}

/** Puts together what every page shows. */
export class Overview {
  constructor(
    private readonly watch: BrokerWatch,
    private readonly past: Past,
    private readonly steering: Pick<Steering, 'paused' | 'problem'>,
  ) {}

  now(at: number): OverviewAnswer {
    const { broker, counts } = this.watch;
    const queues = (counts?.queues ?? []).map((held) => this.rowOf(held, at));
    const { state } = this.past;
    return {
      at,
      broker,
      history: { state },
      queues,
      totals: {
        ready: sumOf(queues, 'ready'),
        dead: sumOf(queues, 'dead'),
        delayed: counts?.delayed,
        undelivered: counts?.undelivered,
        ...(state === 'unavailable' ? {} : this.pastTotals(queues, at)),
      },
      isOldestAtLeast: queues.some(({ isAtLeast }) => isAtLeast === true),
      problems: this.problems(),
    };
  }

  private rowOf({ queue: name, ...held }: WorkQueueCounts, at: number): QueueRow {
    const { oldest, isAtLeast, ...told } = this.past.queue(name, at) ?? {};
    return { name, ...held, ...told, ...oldestWaiting({ oldest, isAtLeast }, held), ...this.pauseOf(name) };
  }

  private pauseOf(queue: string): Pick<QueueRow, 'pause'> {
    const pause = this.steering.paused.get(queue);
    return pause === undefined ? {} : { pause };
  }

  /** While the broker is away it has one reason for all. */
  private problems(): string[] {
    if (this.watch.broker.state !== 'open') return [];
    const { state, problem } = this.past;
    const { problem: unsteered } = this.steering;
    return [
      state === 'replaying' ? 'The history is being read; what is shown of the past is not whole yet.' : problem,
      unsteered === undefined ? undefined : `What was ordered is not known (${unsteered}): pauses are not shown.`,
    ].filter((one) => one !== undefined);
  }

  private pastTotals(queues: readonly QueueRow[], at: number): Record<string, number | undefined> {
    const workers = this.past.workers(at);
    const ages = queues.map(({ oldest }) => oldest).filter((age) => age !== undefined);
    return {
      running: sumOf(queues, 'running'),
      donePerSecond: sumOf(queues, 'donePerSecond'),
      oldest: ages.length === 0 ? undefined : Math.max(...ages),
      workers: workers.filter(({ state }) => state !== 'lost' && state !== 'stopped').length,
      lost: workers.filter(({ state }) => state === 'lost').length,
    };
  }
}

function sumOf(queues: readonly QueueRow[], field: 'ready' | 'dead' | 'running' | 'donePerSecond'): number | undefined {
  const known = queues.map((queue) => queue[field]).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
