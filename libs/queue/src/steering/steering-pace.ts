import { WORKER_NAME } from '../worker-name';
import type { SteeringLimits } from './steering-state';

/** What of `Steering` may be otherwise in a test. Times in milliseconds. */
export interface SteeringPace {
  /** The name by which orders to one worker reach this process. */
  readonly worker: string;
  readonly limits: SteeringLimits;
  /** So long a worker waits to have read what was ordered, before it consumes all the same. */
  readonly readWithin: number;
  /** Within so long one of those who read says again what fades, at random: the others see that it is done. */
  readonly repeatWithin: number;
}

/** What is remembered, and behind how many bytes a pause is said again: long before the stream lets go of it. */
const LIMITS: SteeringLimits = { cancels: 50_000, queues: 1_000, bytes: 4_000_000 };

/** As it is unless a test wants it otherwise. */
export const PACE: SteeringPace = { worker: WORKER_NAME, limits: LIMITS, readWithin: 10_000, repeatWithin: 20_000 };
