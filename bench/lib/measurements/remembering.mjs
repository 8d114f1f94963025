import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../statistics.mjs';
import { residentMemory } from '../processes.mjs';
import { assertNothingLeft } from './handling.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage @typedef {import('../bench-program.mjs').BenchProgram} BenchProgram */

const LOOK_EVERY = 50;
/** Milliseconds for which a worker idles. */
const IDLING = { quick: 1_000, full: 5_000 };

/**
 * A worker's resident memory: while it waits after a first task, and at most while it drains a queue that is full; of the time it drains
 * also of each half by itself, because what grows with the queue is higher in the second.
 * @param {Stage} stage @param {Entry} entry @param {{ isQuick: boolean }} run
 * @returns {Promise<Record<string, number>>} MiB, and tasks a second
 */
export async function remembering(stage, { contestant, trial }, { isQuick }) {
  const idle = median(await whileIdle(stage, { contestant, trial }, IDLING[isQuick ? 'quick' : 'full']));
  await stage.fill(contestant, trial);
  await stage.clear();
  const program = await stage.open(contestant, trial);
  const { samples, result } = await sampling(program, () => program.run(stage.timeout, stage.signal));
  const { seconds } = /** @type {Record<string, number>} */ (result);
  const middle = Math.ceil(samples.length / 2);
  const highestIn = (/** @type {number[]} */ some) => Math.max(...some);
  const highest = highestIn(samples);
  await stage.release(program);
  await assertNothingLeft(stage, { contestant, trial });
  return {
    idle,
    highest,
    firstHalf: highestIn(samples.slice(0, middle)),
    secondHalf: highestIn(samples.slice(middle)),
    overIdle: highest / idle,
    rate: trial.count / seconds,
  };
}

/** @param {Stage} stage @param {Pick<Entry, 'contestant' | 'trial'>} entry @param {number} milliseconds */
async function whileIdle(stage, { contestant, trial }, milliseconds) {
  const one = { ...trial, count: 1 };
  await stage.fill(contestant, one);
  const program = await stage.open(contestant, one);
  await program.run(stage.timeout, stage.signal);
  const { samples } = await sampling(program, () => delay(milliseconds, undefined, { signal: stage.signal }));
  await stage.release(program);
  return samples;
}

/**
 * Looks at a program's memory again and again, in MiB, while something happens.
 * @template Result @param {BenchProgram} program @param {() => Promise<Result>} happen
 */
async function sampling(program, happen) {
  const samples = [residentMemory(program.pid)];
  const timer = setInterval(() => samples.push(residentMemory(program.pid)), LOOK_EVERY);
  try {
    const result = await happen();
    samples.push(residentMemory(program.pid));
    return { samples, result };
  } finally {
    clearInterval(timer);
  }
}
