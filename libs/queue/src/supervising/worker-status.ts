import type { Death } from './restart-policy';

/**
 * `waiting`: there is no process, and there will be one. `starting`: it does not consume all its queues yet. `up`: it did. `stopping`: it was told
 * to. `ended`: there is none any more, and none is wanted.
 */
export type ProcessState = 'waiting' | 'starting' | 'up' | 'stopping' | 'ended';

/** One worker as the supervisor's readiness shows it. */
export interface WorkerStatus {
  /** Its number, from 1: it keeps it over restarts. */
  readonly worker: number;
  readonly pid: number | undefined;
  readonly state: ProcessState;
  /** How often it was started again. */
  readonly restarts: number;
  /** When it came into this state, in ISO 8601. */
  readonly since: string;
}

/** The ways in which a worker's process can end without being told to, in the order in which they are shown. */
export const DEATH_KINDS = ['signal', 'exit', 'start-failed', 'killed', 'not-started'] as const;

/**
 * `signal`: by a signal of somebody else's. `exit`: by itself, with whatever code. `start-failed`: it said why it cannot start. `killed`: by the
 * supervisor, because it did not report or outlasted a stop. `not-started`: the system started no process.
 */
export type DeathKind = (typeof DEATH_KINDS)[number];

/** How a worker's process ended. */
export interface WorkerEnd extends Death {
  readonly pid: number | undefined;
  /** As the log says it: `SIGKILL`, `exit code 1`, or why it could not start. */
  readonly why: string;
  readonly kind: DeathKind;
  /** Whether it ended as it was told to; nothing was under way in it. */
  readonly isClean: boolean;
}
