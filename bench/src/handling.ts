import { setTimeout as sleep } from 'node:timers/promises';
import { block } from './blocking';
import type { Figures, Trial, Tell, Work } from './trial';
import { latenciesOf } from './latencies';
import { spinner } from './spinning';
import { Stopwatch, wallClock } from './stopwatch';

/** When a handler of a `work` began and ended, in milliseconds since 1970. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** What a contestant's handler does, and when all that was asked for is done. */
export interface Handling {
  readonly handle: (payload: unknown) => void | Promise<void>;
  /** Counts a run of a `work` whose handler was somewhere else. */
  readonly note: (run: Run) => void;
  /** Resolves at the end of the last handler. */
  readonly done: Promise<Figures>;
}

/** The handler of a trial that handles tasks. */
export function handlingFor(trial: Trial, tell: Tell): Handling {
  if (trial.kind === 'handle-timed') return handleTimed(trial, tell);
  if (trial.kind === 'work') return work(trial, tell);
  return trial.kind === 'start' ? first() : handleEmpty(trial);
}

/** The clock begins with the first handler after the warm-up: how long a client takes to begin to consume is no part of its rate. */
function handleEmpty({ count, warmUp = 0 }: Trial): Handling {
  const { promise, resolve } = withResolve();
  let left = warmUp + count;
  let stopwatch: Stopwatch | undefined;
  const handle = (): void => {
    if (left === count) stopwatch = new Stopwatch();
    left -= 1;
    if (left === 0) resolve({ ...stopwatch?.read() });
  };
  return { handle, done: promise, note: unheard };
}

function handleTimed({ count, warmUp = 0 }: Trial, tell: Tell): Handling {
  const { promise, resolve } = withResolve();
  const latencies: number[] = [];
  let handled = 0;
  const handle = (payload: unknown): void => {
    const now = wallClock();
    handled += 1;
    if (handled > warmUp) latencies.push(now - (payload as { at: number }).at);
    if (handled === warmUp) tell({ warm: true });
    if (handled === warmUp + count) resolve({ count, latencies: latenciesOf(latencies) });
  };
  return { handle, done: promise, note: unheard };
}

function work({ count }: Trial, tell: Tell): Handling {
  const { promise, resolve } = withResolve();
  let begunAt = Infinity;
  let progress = 0;
  const note = ({ from, to }: Run): void => {
    begunAt = Math.min(begunAt, from);
    tell({ progress: ++progress, from: begunAt, to });
    if (progress === count) resolve({ seconds: (to - begunAt) / 1_000 });
  };
  let spin: ReturnType<typeof spinner> | undefined; // only who spins loads its clock
  const handle = async (payload: unknown): Promise<void> => {
    const from = wallClock();
    begunAt = Math.min(begunAt, from);
    const { milliseconds, how } = payload as Work;
    if (how === 'wait') await sleep(milliseconds);
    else if (how === 'block') block(milliseconds);
    else (spin ??= spinner())(milliseconds);
    note({ from, to: wallClock() });
  };
  return { handle, done: promise, note };
}

function first(): Handling {
  const { promise, resolve } = withResolve();
  return { handle: () => resolve({ handled: 1 }), done: promise, note: unheard };
}

function unheard(): void {
  throw new Error('only a work has runs somewhere else');
}

function withResolve(): { promise: Promise<Figures>; resolve: (figures: Figures) => void } {
  let resolve: (figures: Figures) => void = () => undefined;
  const promise = new Promise<Figures>((settle) => (resolve = settle));
  return { promise, resolve };
}
