import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { builtApp } from '../build.mjs';
import { inCheckout, root } from '../checkout.mjs';
import { hasEnded } from '../child.mjs';
import { Failure } from '../failure.mjs';

const READY_TIMEOUT = 60_000;
const STOP_TIMEOUT = 30_000;
const KEPT_LINES = 20;
const LEAVE_WITH_PARENT = inCheckout('scripts', 'lib', 'demo', 'leave-with-parent.mjs');

/**
 * @typedef {object} AppListener
 * @property {(event: import('./ledger.mjs').TaskEvent) => void} onEvent an event of the library, from the app's JSON log
 * @property {(line: string) => void} onLine what its handlers print: the tutorial's lines, and what is no log line
 */

/** A built app in a process of its own. */
export class AppProcess {
  #child;
  /** @type {string[]} */
  #lastLines = [];
  #isExpectedToEnd = false;
  #upLine;
  #isUp = false;

  /**
   * @param {string} name for people, as in "worker 1" @param {import('../build.mjs').App} app
   * @param {{ port: number, env: Record<string, string>, upLine: RegExp, listener: AppListener }} options upLine: what the app
   * prints once it listens; until then an answer on its port is a stranger's
   */
  constructor(name, app, { port, env, upLine, listener }) {
    this.name = name;
    this.#upLine = upLine;
    /** Where it answers over HTTP, on 127.0.0.1. */
    this.port = port;
    this.#child = spawn(process.execPath, ['--import', LEAVE_WITH_PARENT, builtApp(app)], {
      cwd: root,
      env: { ...process.env, ...env, LOG_FORMAT: 'json', NEST_LOG_LEVEL: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C on a terminal is not for it, we stop it when its turn has come.
      detached: true,
    });
    // Nest's logger writes errors to standard error, as JSON too.
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line, listener));
    }
    /** Resolves when it has ended and all it wrote is read. */
    this.ended = once(this.#child, 'close');
    /** Rejects when it ends without having been asked to. */
    this.crashed = this.ended.then(([code, signal]) => {
      if (this.#isExpectedToEnd) return;
      throw new Failure(`${name} ended with ${signal ?? `code ${code}`}\n${this.#lastLines.join('\n')}`);
    });
    // Whoever is interested says so later.
    this.crashed.catch(() => undefined);
  }

  /** Its process id. */
  get pid() {
    return this.#child.pid;
  }

  /** Resolves when it says that it is ready. */
  async untilReady() {
    const deadline = Date.now() + READY_TIMEOUT;
    for (;;) {
      const url = `http://127.0.0.1:${this.port}/health/ready`;
      const answer = this.#isUp ? await fetch(url).catch(() => undefined) : undefined;
      const text = (await answer?.text()) ?? 'no answer';
      if (answer?.ok) return;
      if (hasEnded(this.#child)) return this.crashed;
      if (Date.now() > deadline) throw new Failure(`${this.name} is not ready after ${READY_TIMEOUT} ms: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Whether it has ended because another program listens on its port. */
  get foundPortTaken() {
    return this.#lastLines.some((line) => /EADDRINUSE|another program listens/.test(line));
  }

  /** Stops it politely and waits for its end; a worker has 25 s for the tasks it is running. @returns {Promise<'stopped' | 'killed'>} */
  async stop() {
    this.#isExpectedToEnd = true;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    const [, signal] = await this.ended;
    clearTimeout(timer);
    return signal === 'SIGKILL' ? 'killed' : 'stopped';
  }

  /** Ends it as a crash would, and waits for its end. */
  async kill() {
    this.#isExpectedToEnd = true;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** @param {string} line @param {AppListener} listener */
  #read(line, listener) {
    this.#isUp ||= this.#upLine.test(line);
    const entry = readLogLine(line);
    if (typeof entry?.message === 'object') return listener.onEvent(entry.message);
    if (entry === undefined || entry.level === 'error') this.#keep(line);
    if (entry === undefined) listener.onLine(line);
    else if (entry.context === 'Tutorial') listener.onLine(entry.message);
  }

  /** @param {string} line */
  #keep(line) {
    this.#lastLines.push(line);
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
  }
}

/** @param {string} line @returns {{ level: string, context?: string, message: string | import('./ledger.mjs').TaskEvent } | undefined} undefined: no log line */
function readLogLine(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
