import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../statistics.mjs';
import { residentMemory } from '../processes.mjs';
import { assertNothingLeft } from './handling.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage @typedef {import('../bench-program.mjs').BenchProgram} BenchProgram */

const LOOK_EVERY = 50;
/** Milliseconds for which a worker idles. */
const IDLING = { quick: 1_000, full: 5_000 };

/**
 * A worker's resident memory: while it waits after a first task, and at most while it drains a queue that is full.
 * @param {Stage} stage @param {Entry} entry @param {{ isQuick: boolean }} run
 * @returns {Promise<Record<string, number>>} MiB, and tasks a second
 */
export async function remembering(stage, { contestant, job }, { isQuick }) {
  const idle = median(await whileIdle(stage, { contestant, job }, IDLING[isQuick ? 'quick' : 'full']));
  await stage.fill(contestant, job);
  await stage.clear();
  const program = await stage.open(contestant, job);
  const samples = sampling(program);
  const { seconds } = /** @type {Record<string, number>} */ (await program.run(stage.timeout, stage.signal));
  const highest = Math.max(...samples.end());
  await stage.release(program);
  await assertNothingLeft(stage, { contestant, job });
  return { idle, highest, overIdle: highest / idle, rate: job.count / seconds };
}

/** @param {Stage} stage @param {Pick<Entry, 'contestant' | 'job'>} entry @param {number} milliseconds */
async function whileIdle(stage, { contestant, job }, milliseconds) {
  const one = { ...job, count: 1 };
  await stage.fill(contestant, one);
  const program = await stage.open(contestant, one);
  await program.run(stage.timeout, stage.signal);
  const samples = sampling(program);
  await delay(milliseconds, undefined, { signal: stage.signal });
  const idle = samples.end();
  await stage.release(program);
  return idle;
}

/** Looks at a program's memory again and again, in MiB. @param {BenchProgram} program */
function sampling(program) {
  const samples = [residentMemory(program.pid)];
  const timer = setInterval(() => samples.push(residentMemory(program.pid)), LOOK_EVERY);
  return {
    end: () => {
      clearInterval(timer);
      samples.push(residentMemory(program.pid));
      return samples;
    },
  };
}
