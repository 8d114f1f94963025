import { computing, sharing } from '../measurements/working.mjs';
import { everyone, only } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case @typedef {import('../../src/trial.js').Work} Work */

/** Light tasks after each heavy one. */
const LIGHT_ONES = 3;

/** Milliseconds. */
const HEAVY = { quick: 200, full: 500 };
const LIGHT = { quick: 50, full: 50 };
const IO = 50;
const CPU = 20;

const GROUPS = { quick: 5, full: 20 };
/** How often every slot has a task of 50 ms. */
const TURNS = { quick: 10, full: 40 };
/** Threads of a worker that computes in threads. */
const THREADS = 2;
const COMPUTED = { quick: 50, full: 250 };

/** @param {boolean} isQuick @returns {Case[]} */
export function workingCases(isQuick) {
  const scale = isQuick ? 'quick' : 'full';
  const common = { kinds: /** @type {const} */ (['work']), participants: everyone(), hasWarmUpRound: false };
  const trial = { kind: /** @type {const} */ ('work'), queueType: /** @type {const} */ ('quorum') };

  const dispatch = [2, 4].map((workers) => ({
    ...common,
    name: `dispatch-${workers}`,
    title: `fair dispatch to ${workers} workers: tasks of ${HEAVY[scale]} and ${LIGHT[scale]} ms`,
    trial: { ...trial, concurrency: 1, count: mixed(scale).length },
    figure: 'overIdeal',
    isMoreBetter: false,
    ...(workers === 2 && { quick: ['warren'] }),
    measure: sharing({ workers, tasks: mixed(scale) }),
  }));

  const io = [1, 10, 50, 100, 200].map((concurrency) => {
    const tasks = repeated(concurrency * TURNS[scale], { milliseconds: IO, how: 'wait' });
    return {
      ...common,
      name: `io-${concurrency}`,
      title: `tasks that wait 50 ms, concurrency ${concurrency}`,
      trial: { ...trial, concurrency, count: tasks.length },
      figure: 'overIdeal',
      isMoreBetter: false,
      measure: sharing({ workers: 1, tasks, isFilledFirst: true }),
    };
  });

  const cpu = [1, 2].map((workers) => {
    const tasks = repeated(workers * COMPUTED[scale], { milliseconds: CPU, how: 'spin' });
    return {
      ...common,
      name: `cpu-${workers}`,
      title: `tasks of 20 ms of processor time, ${workers === 1 ? 'one process' : 'two processes'}`,
      trial: { ...trial, concurrency: 1, count: tasks.length },
      figure: 'rate',
      isMoreBetter: true,
      ...(workers === 2 && { quick: ['warren'] }),
      measure: computing({ workers, tasks }),
    };
  });

  const threaded = repeated(THREADS * COMPUTED[scale], { milliseconds: CPU, how: 'spin' });
  const threads = {
    ...common,
    name: `cpu-threads-${THREADS}`,
    title: 'tasks of 20 ms of processor time, two threads of one process',
    participants: only('warren'),
    // Beside the one that it runs each thread has its next one at hand.
    trial: { ...trial, concurrency: 2 * THREADS, threads: THREADS, count: threaded.length },
    figure: 'rate',
    isMoreBetter: true,
    measure: computing({ workers: 1, tasks: threaded }),
  };

  return [...dispatch, ...io, ...cpu, threads];
}

/** Heavy and light tasks in turn, the last ones light. @param {'quick' | 'full'} scale @returns {Work[]} */
function mixed(scale) {
  const group = [HEAVY[scale], ...Array.from({ length: LIGHT_ONES }, () => LIGHT[scale])];
  return Array.from({ length: GROUPS[scale] }, () => group)
    .flat()
    .map((milliseconds) => ({ milliseconds, how: 'wait' }));
}

/** @param {number} count @param {Work} task @returns {Work[]} */
function repeated(count, task) {
  return Array.from({ length: count }, () => task);
}
