import type { BrokerConnection } from '../connection/broker-connection';
import type { TaskServer } from '../consuming/task-server';
import { readinessReasons } from '../readiness-reasons';

/** Whether the app can do its work now, and every reason why it cannot. */
export interface Readiness {
  readonly isReady: boolean;
  readonly problems: readonly string[];
  /** What was ordered and is no problem, such as a paused queue; only there when there is something to say. */
  readonly remarks?: readonly string[];
}

/** The truth about the broker for a readiness probe: connected, not blocked, consuming, not stopping. */
export class QueueHealth {
  constructor(
    private readonly producing: BrokerConnection,
    private readonly server: TaskServer,
  ) {}

  /** Whether tasks can be added and handled now, and why not. Asks nobody: it is known. */
  readiness(): Readiness {
    const problems = [...this.server.problems, ...this.producingProblems()];
    const { remarks } = this.server;
    return { isReady: problems.length === 0, problems, ...(remarks.length === 0 ? {} : { remarks }) };
  }

  private producingProblems(): string[] {
    const { state, lastFailure, blocked } = this.producing;
    if (state !== 'open') return [readinessReasons.notConnected(state, lastFailure ?? 'no answer yet')];
    return blocked === undefined ? [] : [readinessReasons.blocked(blocked)];
  }
}
