import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { builtApp } from '../build.mjs';
import { inCheckout, root } from '../checkout.mjs';
import { hasEnded } from '../child.mjs';
import { Failure } from '../failure.mjs';

const READY_TIMEOUT = 60_000;
const LEAVE_WITH_PARENT = inCheckout('scripts', 'lib', 'demo', 'leave-with-parent.mjs');

/** One of the programs of `test/chaos` in a process of its own; what it writes goes to a file. */
export class ChaosProcess {
  #child;
  #isReady = false;

  /**
   * @param {string} name for people, as in "worker 1" @param {'producer' | 'worker' | 'dead-letters'} program
   * @param {{ env: Record<string, string>, logs: string }} options logs: the folder for what it writes
   */
  constructor(name, program, { env, logs }) {
    this.name = name;
    /** What it has written. */
    this.log = join(logs, `${name.replace(' ', '-')}.log`);
    const output = openSync(this.log, 'a');
    this.#child = spawn(process.execPath, ['--import', LEAVE_WITH_PARENT, builtApp('chaos', program)], {
      cwd: root,
      env: { ...process.env, NEST_LOG_LEVEL: '', NO_COLOR: '1', ...env },
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own: Ctrl-C on a terminal is not for it, it is ended when its turn has come.
      detached: true,
    });
    closeSync(output);
    this.#child.once('message', () => (this.#isReady = true));
    /** Resolves with how it ended. @type {Promise<{ code: number | null, signal: string | null }>} */
    this.ended = once(this.#child, 'exit').then(([code, signal]) => ({ code, signal }));
  }

  /** Its process id. */
  get pid() {
    return this.#child.pid;
  }

  /** Whether it runs. */
  get isAlive() {
    return !hasEnded(this.#child);
  }

  /** Resolves when it says that it is at work. @param {AbortSignal} signal */
  async untilReady(signal) {
    const deadline = Date.now() + READY_TIMEOUT;
    while (!this.#isReady) {
      signal.throwIfAborted();
      if (hasEnded(this.#child)) throw new Failure(`${this.name} ended before it was at work; see ${this.log}`);
      if (Date.now() > deadline) throw new Failure(`${this.name} is not at work after ${READY_TIMEOUT} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it as a crash would, and waits for its end. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Stops it politely, and waits for its end. @param {number} patience milliseconds until SIGKILL */
  async stop(patience) {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await this.ended;
    clearTimeout(timer);
  }
}
