import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { builtApp } from '../../scripts/lib/build.mjs';
import { inCheckout, root } from '../../scripts/lib/checkout.mjs';
import { endChild, hasEnded } from '../../scripts/lib/child.mjs';

const LEAVE_WITH_PARENT = inCheckout('scripts', 'lib', 'demo', 'leave-with-parent.mjs');
const STOP_PATIENCE = 15_000;

/** Not the settings of Warren that the caller may have: what is not told is what it is by default. */
const inherited = () => ({ PATH: process.env.PATH, NODE_OPTIONS: process.env.NODE_OPTIONS });

/** One of the programs of `bench/src` in a process of its own; what it writes goes to a file, what it tells to `onMessage`. */
export class BenchProcess {
  #child;

  /**
   * @param {'worker' | 'add-work' | 'add-delayed'} program
   * @param {{ env: Record<string, string>, folder: string, onMessage: (message: unknown) => void }} options
   */
  constructor(program, { env, folder, onMessage }) {
    /** What it has written. */
    this.log = join(folder, `${program}.log`);
    const output = openSync(this.log, 'a');
    this.#child = spawn(process.execPath, ['--import', LEAVE_WITH_PARENT, builtApp('bench', program)], {
      cwd: root,
      env: { ...inherited(), NO_COLOR: '1', ...env },
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own: Ctrl-C on a terminal is not for it, it is ended when its turn has come.
      detached: true,
    });
    closeSync(output);
    this.#child.on('message', onMessage);
    /** Resolves with its exit code, when all that it told has been heard. @type {Promise<number | null>} */
    this.ended = once(this.#child, 'close').then(([code]) => code);
  }

  /** Whether it runs. */
  get isAlive() {
    return !hasEnded(this.#child);
  }

  /** Stops it politely. Can be called twice. */
  async stop() {
    await endChild(this.#child, STOP_PATIENCE);
  }
}
