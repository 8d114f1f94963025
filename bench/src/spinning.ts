import { threadClock } from './thread-clock';

/** Steps of arithmetic between two looks at the clock: each look leaves garbage, whose collection takes other threads' time. */
const STEPS = 20_000;

/**
 * Makes a task that spends so many milliseconds of the processor: on a busy machine that takes longer by the clock. They are those of the
 * calling thread alone; what V8's other threads do meanwhile is no part of the task.
 */
export function spinner(): (milliseconds: number) => void {
  const spent = threadClock();
  let sum = 1;
  return (milliseconds) => {
    const end = spent() + milliseconds;
    while (spent() < end) sum = stepsFrom(sum);
  };
}

function stepsFrom(start: number): number {
  let sum = start;
  for (let step = 0; step < STEPS; step += 1) sum = (Math.imul(sum, 31) + step) | 0;
  return sum;
}
