import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../scripts/lib/failure.mjs';
import { BenchProcess } from './bench-process.mjs';
import { Tally } from './tally.mjs';

const READY_TIMEOUT = 60_000;
/** Nothing has come for so long (no delay and no backoff is longer than 20 s): what is missing does not come any more. */
const QUIET = 60_000;
const LOOK_EVERY = 50;

/**
 * @typedef {object} Run
 * @property {string} name which the ids of its tasks begin with
 * @property {number} tasks
 * @property {'add-work' | 'add-delayed'} program which adds them
 * @property {Record<string, string>} [env] what it is told besides
 */

/** One worker, and a producer for each run. */
export class Measuring {
  #settings;
  #worker;
  #isReady = false;
  #tally = new Tally();

  /** @param {{ env: Record<string, string>, folder: string, signal: AbortSignal }} settings env: of all processes; folder: for their logs */
  constructor(settings) {
    this.#settings = settings;
    const { env, folder } = settings;
    this.#worker = new BenchProcess('worker', {
      env,
      folder,
      onMessage: (message) => {
        if (message === 'ready') this.#isReady = true;
        else this.#tally.take(/** @type {import('../src/reports.js').WorkerReport} */ (message));
      },
    });
  }

  /** Resolves when the worker consumes and its memory is known. */
  async untilReady() {
    const isOver = await this.#wait(() => this.#isReady && this.#tally.memory.length > 0, READY_TIMEOUT);
    if (!isOver) throw new Failure(`the worker is not at work after ${READY_TIMEOUT} ms; see ${this.#worker.log}`);
  }

  /**
   * Adds the tasks and waits until all are done, or none comes any more.
   * @param {Run} run
   */
  async run({ name, tasks, program, env = {} }) {
    const memoryBefore = this.#tally.memory.at(-1) ?? Number.NaN;
    const tally = new Tally();
    this.#tally = tally;
    const producer = this.#startProducer(program, { BENCH_RUN: name, BENCH_TASKS: String(tasks), ...env });
    try {
      const adding = await producer.report;
      await this.#untilDone(tally, tasks - adding.refused.length);
      return { adding, tally, memoryBefore, missing: tally.missing(name, tasks) };
    } finally {
      await producer.process.stop();
    }
  }

  /** The worker's resident memory in bytes, so many milliseconds from now. @param {number} milliseconds */
  async memoryAfter(milliseconds) {
    await delay(milliseconds, undefined, { signal: this.#settings.signal });
    return this.#tally.memory.at(-1) ?? Number.NaN;
  }

  /** Ends the worker. */
  async close() {
    await this.#worker.stop();
  }

  /** @param {'add-work' | 'add-delayed'} program @param {Record<string, string>} own */
  #startProducer(program, own) {
    const { env, folder } = this.#settings;
    /** @type {import('../src/reports.js').AddingReport | undefined} */
    let told;
    const process = new BenchProcess(program, {
      env: { ...env, ...own },
      folder,
      onMessage: (message) => (told = /** @type {import('../src/reports.js').AddingReport} */ (message)),
    });
    const report = this.#wait(() => told !== undefined || !process.isAlive).then(() => {
      if (told === undefined) throw new Failure(`the producer ended before it had added its tasks; see ${process.log}`);
      return told;
    });
    return { process, report };
  }

  /** @param {Tally} tally @param {number} tasks */
  async #untilDone(tally, tasks) {
    let done = -1;
    let changedAt = 0;
    await this.#wait(() => {
      if (tally.completed.size + tally.failed !== done) changedAt = Date.now();
      done = tally.completed.size + tally.failed;
      return tally.completed.size >= tasks || Date.now() - changedAt > QUIET;
    });
  }

  /** Resolves with whether the condition came true in time. @param {() => boolean} condition @param {number} [timeout] milliseconds, default none */
  async #wait(condition, timeout = Infinity) {
    const deadline = Date.now() + timeout;
    while (!condition()) {
      if (!this.#worker.isAlive) throw new Failure(`the worker has ended; see ${this.#worker.log}`);
      if (Date.now() > deadline) return false;
      await delay(LOOK_EVERY, undefined, { signal: this.#settings.signal });
    }
    return true;
  }
}
