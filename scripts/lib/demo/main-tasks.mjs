import { existsSync } from 'node:fs';
import { Failure } from '../failure.mjs';
import { describeSummary } from './ledger.mjs';
import { addTasks } from './producer-client.mjs';
import { Progress } from './progress.mjs';
import { OUTPUT, mainTasks, removeEarlierImages, tutorialTasks } from './task-list.mjs';

/** Milliseconds without any news from any worker after which the tasks are given up. */
const STALL = 60_000;
/** Share of the main tasks that are done when the worker is killed. */
const KILL_AT = 0.3;
/** Tasks that take long enough for a worker to be killed in the middle of one. */
const SLOW = ['cpu.burn', 'image.resize'];

/** @typedef {import('./app-process.mjs').AppProcess} AppProcess */

/** What `npm start` does before your eyes: real tasks, a worker that is killed, and the truth about both. */
export class MainTasks {
  #voice;
  #crew;
  #ledger;
  #signal;
  #lastNews = Date.now();
  /** @type {((worker: AppProcess, event: import('./ledger.mjs').TaskEvent) => void) | undefined} */
  #watch;
  /** @type {Promise<void> | undefined} */
  #replacing;

  /**
   * @param {import('../say.mjs').Voice} voice @param {import('./crew.mjs').Crew} crew
   * @param {import('./ledger.mjs').Ledger} ledger the one the crew reports to @param {AbortSignal} signal gives up
   */
  constructor(voice, crew, ledger, signal) {
    this.#voice = voice;
    this.#crew = crew;
    this.#ledger = ledger;
    this.#signal = signal;
    crew.onEvent = (worker, event) => {
      this.#lastNews = Date.now();
      this.#watch?.(worker, event);
    };
  }

  /**
   * All of it, and the summary.
   * @param {number} count tasks after the tutorial's five
   * @returns {Promise<number>} the exit code: 0 when nothing was lost and only what should fail has failed
   */
  async run(count) {
    try {
      await this.#runTutorial();
      await this.#runTasks(count);
    } catch (error) {
      // What is known by now says where it stands still.
      if (!this.#signal.aborted) this.#report();
      throw error;
    }
    return this.#report();
  }

  /** The tutorial's five messages, shared between the workers. */
  async #runTutorial() {
    this.#voice.line('\n  The five messages of the RabbitMQ tutorial; each dot is one second of work:');
    await addTasks(this.#crew.producerPort, tutorialTasks(), this.#ledger);
    await this.#untilComplete();
  }

  /** Many tasks at once, and one worker killed in the middle. @param {number} count */
  async #runTasks(count) {
    const tasks = mainTasks(count);
    const doomed = tasks.filter(({ isExpectedToFail }) => isExpectedToFail).length;
    this.#voice.line(
      `\n  ${count} images, e-mails, text messages and hashes; ${doomed} of them cannot work, on purpose:`,
    );
    removeEarlierImages();
    const progress = await Progress.start(this.#voice, () => withoutTutorial(this.#ledger.progress()));
    this.#watchForVictim(count * KILL_AT);
    try {
      await addTasks(this.#crew.producerPort, tasks, this.#ledger);
      await this.#untilComplete();
      if (this.#replacing === undefined)
        this.#voice.line('    no worker was met in the middle of a task: none was killed');
      await this.#replacing;
    } finally {
      this.#watch = undefined;
      progress.stop();
    }
  }

  /** Says what really happened. @returns {number} the exit code */
  #report() {
    const summary = this.#ledger.summary();
    const files = this.#ledger.files();
    const missing = files.filter((file) => !existsSync(file));
    const isGood = summary.lost === 0 && summary.surprises === 0 && missing.length === 0;
    this.#voice.line(`\n  ${this.#voice.paint(isGood ? 'green' : 'red', describeSummary(summary))}`);
    this.#voice.line(`  ${files.length - missing.length} files written, the images into ${OUTPUT.images}`);
    if (missing.length > 0) this.#voice.fail(`${missing.length} files are missing, the first: ${missing[0]}`);
    return isGood ? 0 : 1;
  }

  /**
   * Kills the last worker at a moment when it has just begun a slow task and some tasks are done already. Its log line is here
   * a few milliseconds after the start.
   * @param {number} enough tasks that are done
   */
  #watchForVictim(enough) {
    this.#watch = (worker, { event, name }) => {
      if (event !== 'task.started' || !SLOW.includes(name ?? '') || worker !== this.#crew.workers.at(-1)) return;
      if (settledTasks(this.#ledger) < enough) return;
      this.#watch = undefined;
      this.#replacing = this.#killAndReplace(worker);
      // Waited for at the end of all; a worker that does not start is told by the crew before.
      this.#replacing.catch(() => undefined);
    };
  }

  /** @param {AppProcess} victim */
  async #killAndReplace(victim) {
    await this.#crew.kill(victim);
    const interrupted = this.#ledger.running(victim.name);
    const tasks = interrupted.length === 1 ? 'a task' : `${interrupted.length} tasks`;
    this.#voice.line(`    ${this.#voice.paint('yellow', `${victim.name} killed (SIGKILL) in the middle of ${tasks}`)}`);
    const replacement = await this.#crew.startWorker();
    this.#voice.line(`    ${replacement.name} takes its place`);
    await this.#until(() => interrupted.every((id) => this.#ledger.isSettled(id)));
    this.#voice.line(`    what ${victim.name} had begun was handed out again and has been done`);
  }

  #untilComplete() {
    return this.#until(() => this.#ledger.isComplete);
  }

  /** Resolves when the condition holds; rejects when nothing happens any more. @param {() => boolean} condition */
  async #until(condition) {
    this.#lastNews = Date.now();
    while (!condition()) {
      this.#signal.throwIfAborted();
      if (Date.now() - this.#lastNews > STALL) throw new Failure(`no worker has said anything for ${STALL / 1_000} s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** @param {import('./progress.mjs').Counts} progress */
function withoutTutorial(progress) {
  progress.delete('tutorial');
  return progress;
}

/** @param {import('./ledger.mjs').Ledger} ledger */
function settledTasks(ledger) {
  return [...withoutTutorial(ledger.progress()).values()].reduce((sum, { settled }) => sum + settled, 0);
}
