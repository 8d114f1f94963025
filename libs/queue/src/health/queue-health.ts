import type { BrokerConnection } from '../connection/broker-connection';
import type { TaskServer } from '../consuming/task-server';
import { readinessReasons } from '../readiness-reasons';

/** Whether the app can do its work now, and every reason why it cannot. */
export interface Readiness {
  readonly isReady: boolean;
  readonly problems: readonly string[];
}

/** The truth about the broker for a readiness probe: connected, not blocked, consuming, not stopping. */
export class QueueHealth {
  constructor(
    private readonly producing: BrokerConnection,
    private readonly server: TaskServer,
  ) {}

  readiness(): Readiness {
    const problems = [...this.server.problems, ...this.producingProblems()];
    return { isReady: problems.length === 0, problems };
  }

  private producingProblems(): string[] {
    const { state, lastFailure, blocked } = this.producing;
    if (state !== 'open') return [readinessReasons.notConnected(state, lastFailure ?? 'no answer yet')];
    return blocked === undefined ? [] : [readinessReasons.blocked(blocked)];
  }
}
