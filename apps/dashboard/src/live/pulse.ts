import type { Samples, Sample } from '../charts/samples';
import type { Past } from '../past/past';
import type { BrokerWatch } from './broker-watch';
import type { LiveStream } from './live-stream';
import type { Overview, QueueRow } from './overview';

/** Milliseconds between two pushes, and between two looks while somebody looks on. */
const PUSH_MS = 1_000;

/** Milliseconds between two looks while nobody does: the charts go on. */
const IDLE_LOOK_MS = 5_000;

/** What beats: asks the broker, remembers the answer for the charts, and pushes it to every page. */
export class Pulse {
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = -Infinity;

  constructor(
    private readonly watch: BrokerWatch,
    private readonly overview: Overview,
    private readonly stream: LiveStream,
    private readonly samples: Samples,
    private readonly past: Past,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.beat(Date.now()), PUSH_MS);
    this.beat(Date.now());
  }

  stop(): void {
    clearInterval(this.timer);
    this.stream.close();
  }

  private beat(now: number): void {
    if (this.stream.size > 0 || now - this.lookedAt >= IDLE_LOOK_MS) {
      this.lookedAt = now;
      void this.watch.look(now);
    }
    const overview = this.overview.now(now);
    if (overview.broker.state === 'open') {
      this.samples.add(now, new Map(overview.queues.map((queue) => [queue.name, sampleOf(queue)])));
    }
    this.stream.push('overview', overview);
    const changed = this.past.takeChanged();
    if (changed.ids.length > 0) this.stream.push('tasks', changed);
  }
}

/** In the order of `measures`. */
function sampleOf({ ready, running, donePerSecond, dead, waitP95, runP95 }: QueueRow): Sample {
  return [ready, running, donePerSecond, dead, waitP95, runP95].map((value) => value ?? null);
}
