import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/lib/checkout.mjs';
import { endChild, hasEnded } from '../../scripts/lib/child.mjs';
import { Failure } from '../../scripts/lib/failure.mjs';

/** Milliseconds a program has to end after it was told to, before it is ended. */
const STOP_PATIENCE = 15_000;

/** @typedef {import('../src/trial.js').Figures} Figures */
/** @typedef {{ progress: number, from: number, to: number }} Progress handlers that have ended, and when the first began and the last ended: milliseconds since 1970 */

/** A contestant at its one trial, in a process of its own; bench/README.md describes the lines. */
export class BenchProgram {
  #child;
  #name;
  #log;
  /** @type {Record<string, unknown>[]} */
  #lines = [];
  #wake = () => {};
  /** How far it says it is with a `work`. @type {Progress | undefined} */
  progress;
  /** Whether it does the same trial once more after it has done it. */
  isRepeatable = false;

  /**
   * Starts it.
   * @param {{ name: string, argv: readonly string[], trial: object, log: string }} options
   *   name: for messages; log: the file for what it writes to standard error
   */
  constructor({ name, argv, trial, log }) {
    this.#name = name;
    this.#log = log;
    const output = openSync(log, 'a');
    const [file = '', ...args] = argv;
    // What the caller may have set for Warren is not passed on: all is as it is by default.
    const { PATH, HOME, TMPDIR, NODE_OPTIONS } = process.env;
    const inherited = Object.entries({ PATH, HOME, TMPDIR, NODE_OPTIONS }).filter(([, value]) => value !== undefined);
    this.startedAt = performance.now();
    this.#child = spawn(file, [...args, JSON.stringify(trial)], {
      cwd: root,
      env: { ...Object.fromEntries(inherited), NO_COLOR: '1' },
      // A group of its own: Ctrl-C on a terminal is not for it, it is ended when its turn has come.
      detached: true,
      stdio: ['pipe', 'pipe', output],
    });
    closeSync(output);
    this.#child.once('error', (error) => this.#take({ error: `cannot be run: ${error.message}` }));
    this.#child.stdin?.on('error', () => undefined);
    const { stdout } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#take(parse(line)));
    this.ended = once(this.#child, 'close').catch(() => undefined);
    void this.ended.then(() => this.#take({ error: 'ended before its time' }));
  }

  /** Its process id. */
  get pid() {
    return this.#child.pid;
  }

  /** Resolves when it is connected and waits for `go`. @param {number} timeout milliseconds @param {AbortSignal} [signal] */
  async ready(timeout, signal) {
    const line = await this.line('ready', timeout, signal);
    this.isRepeatable = line.again === true;
  }

  /** Lets it begin. */
  go() {
    this.#child.stdin?.write('go\n');
  }

  /** Lets it begin and resolves with what it measured. @param {number} timeout milliseconds @param {AbortSignal} [signal] @returns {Promise<Figures>} */
  async run(timeout, signal) {
    this.go();
    const { done: _, ...figures } = await this.line('done', timeout, signal);
    return /** @type {Figures} */ (figures);
  }

  /**
   * The next line of this kind; what it writes besides is an error.
   * @param {string} key @param {number} timeout milliseconds @param {AbortSignal} [signal]
   * @returns {Promise<Record<string, unknown>>} rejects with a Failure that names the program and its log
   */
  async line(key, timeout, signal) {
    const deadline = performance.now() + timeout;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined && key in line) return line;
      if (line !== undefined) throw this.#failure(sentenceOf(line));
      await this.#change(deadline - performance.now(), key, signal);
    }
  }

  /** Throws a Failure when it has said that it cannot go on, or has ended. */
  assertWell() {
    const line = this.#lines.find(({ error }) => error !== undefined);
    if (line !== undefined) throw this.#failure(sentenceOf(line));
  }

  /** Lets it end, and ends it when it does not. Can be called twice. @param {number} patience milliseconds, 15 s at most @returns {Promise<boolean>} whether it went by itself, without an error */
  async close(patience) {
    this.#child.stdin?.end();
    const timer = setTimeout(() => void endChild(this.#child, 1_000), Math.min(patience, STOP_PATIENCE));
    if (!hasEnded(this.#child)) await this.ended;
    clearTimeout(timer);
    return this.#child.exitCode === 0;
  }

  /** Ends it without waiting for what it does. */
  async kill() {
    this.#child.stdin?.end();
    await endChild(this.#child, 1_000);
  }

  /** Resolves when it has written something. @param {number} timeout milliseconds @param {string} what is waited for @param {AbortSignal} [signal] @returns {Promise<void>} */
  #change(timeout, what, signal) {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {() => void} */ end) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const onAbort = () => settle(() => reject(this.#failure('stopped')));
      const timer = setTimeout(() => settle(() => reject(this.#failure(`no "${what}" in time`))), Math.max(timeout, 0));
      signal?.addEventListener('abort', onAbort);
      this.#wake = () => settle(resolve);
      if (signal?.aborted) onAbort();
    });
  }

  /** @param {string} why */
  #failure(why) {
    return new Failure(`${this.#name}: ${why}; see ${this.#log}`);
  }

  /** @param {Record<string, unknown>} line */
  #take(line) {
    if (typeof line.progress === 'number') {
      this.progress = furthest(this.progress, /** @type {Progress} */ (/** @type {unknown} */ (line)));
    } else this.#lines.push(line);
    this.#wake();
  }
}

/** @param {string} line @returns {Record<string, unknown>} */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { error: `wrote ${JSON.stringify(line.slice(0, 200))} to standard output` };
  }
}

/** Lines of handlers in threads may come in another order. @param {Progress | undefined} before @param {Progress} line @returns {Progress} */
export function furthest(before, line) {
  if (before === undefined) return line;
  return {
    progress: Math.max(before.progress, line.progress),
    from: Math.min(before.from, line.from),
    to: Math.max(before.to, line.to),
  };
}

/** What a line says that was not waited for. @param {Record<string, unknown>} line */
function sentenceOf(line) {
  return typeof line.error === 'string' ? line.error : `wrote ${JSON.stringify(line)}`;
}
