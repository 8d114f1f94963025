import type { TaskServer } from '../consuming/task-server';
import type { WorkInHand } from './beats';

/** What a worker's beats tell: what runs tasks does not know who writes it down. */
export function workOf(server: TaskServer): WorkInHand {
  return {
    consumed: () =>
      server.consumed.map(({ queue, slots: concurrency, inHand }) => {
        const running = inHand.filter(({ runningFor }) => runningFor !== undefined).length;
        return { queue, concurrency, running };
      }),
    runs: () => server.deliveries.runs(),
  };
}
