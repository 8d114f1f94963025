import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchProgram } from './bench-program.mjs';
import { Queues } from './queues.mjs';

/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../src/trial.js').Trial} Trial */
/** @typedef {Omit<Trial, 'broker' | 'kind'>} TrialWithoutBroker what a case says of its trials */

/** Milliseconds a program has to connect and to warm up. */
const READY_TIMEOUT = 60_000;
/** Milliseconds that a program has to end, whatever the time is. */
const LEAST_PATIENCE = 1_000;

/** Where the contestants perform: the broker, their queues, and their programs, all of which are ended when it closes. */
export class Stage {
  #folder;
  #queues;
  #timeout;
  #until;
  /** @type {Set<BenchProgram>} */
  #programs = new Set();
  /** Programs that can do their trial again, by the trial. @type {Map<string, BenchProgram>} */
  #kept = new Map();
  /** @type {Map<Contestant, Promise<{ broker: object, stop(): Promise<void> }>>} */
  #servers = new Map();
  /** @type {Map<string, Promise<number>>} */
  #once = new Map();

  /**
   * @param {{ url: string, brokerPid: number | undefined, folder: string, timeout: number, until: number, signal: AbortSignal }} settings
   *   timeout: milliseconds that one trial may take; until: the end of all of them, by performance.now(); signal: stops everything
   * @param {Contestant} reference puts bare bytes into the queues of those that have no client for it
   * @param {Queues} queues
   */
  constructor(settings, reference, queues) {
    this.url = settings.url;
    this.brokerPid = settings.brokerPid;
    this.#timeout = settings.timeout;
    this.#until = settings.until;
    this.signal = settings.signal;
    this.#folder = settings.folder;
    this.reference = reference;
    this.#queues = queues;
  }

  /** @param {ConstructorParameters<typeof Stage>[0]} settings @param {Contestant} reference */
  static async open(settings, reference) {
    return new Stage(settings, reference, await Queues.open(settings.url));
  }

  /** Milliseconds that a trial may take. */
  get timeout() {
    return Math.max(0, Math.min(this.#timeout, this.#until - performance.now()));
  }

  get queues() {
    return this.#queues;
  }

  /** Makes the queue that a contestant does not declare by itself. @param {Contestant} contestant @param {TrialWithoutBroker} trial */
  async prepareQueue({ isRabbit = true, declaresQueues = false }, { queue, queueType }) {
    if (isRabbit && !declaresQueues) await this.#queues.declare(queue, queueType);
  }

  /** Starts a contestant's program and waits until it is ready. @param {Contestant} contestant @param {Omit<Trial, 'broker'>} trial */
  async open(contestant, trial) {
    const program = await this.spawn(contestant, trial);
    await program.ready(Math.min(READY_TIMEOUT, this.timeout), this.signal);
    return program;
  }

  /** Starts a contestant's program. @param {Contestant} contestant @param {Omit<Trial, 'broker'>} trial */
  async spawn(contestant, trial) {
    this.signal.throwIfAborted();
    const whole = { ...trial, broker: { amqp: this.url, ...(await this.#serverOf(contestant))?.broker } };
    const argv = contestant.command(whole);
    const log = join(this.#folder, `${contestant.name}.log`);
    const program = new BenchProgram({ name: `${contestant.name} (${trial.kind})`, argv, trial: whole, log });
    this.#programs.add(program);
    return program;
  }

  /**
   * Has a trial done, and resolves with what was measured.
   * @param {Contestant} contestant @param {Omit<Trial, 'broker'>} trial
   * @param {boolean} [isKept] whether the program, when it can repeat its trial, is kept until `clear` for the next time; default false
   */
  async run(contestant, trial, isKept = false) {
    const key = JSON.stringify([contestant.name, trial]);
    const program = this.#kept.get(key) ?? (await this.open(contestant, trial));
    const figures = await program.run(this.timeout, this.signal);
    if (isKept && program.isRepeatable) this.#kept.set(key, program);
    else await this.release(program);
    return figures;
  }

  /** Puts a trial's tasks into a contestant's queue, those of the warm-up as well: by its own client, or as bare bytes. @param {Contestant} contestant @param {TrialWithoutBroker} trial */
  async fill(contestant, trial) {
    await this.prepareQueue(contestant, trial);
    const { warmUp = 0, ...rest } = trial;
    const who = contestant.fills === true ? contestant : this.reference;
    await this.run(who, { ...rest, kind: 'fill', count: trial.count + warmUp }, true);
  }

  /** A figure that is measured once in a run. @param {string} key @param {() => Promise<number>} measure */
  async once(key, measure) {
    const known = this.#once.get(key) ?? measure();
    this.#once.set(key, known);
    return known;
  }

  /** Ends a program; whether it went as it should. @param {BenchProgram} program */
  async release(program) {
    this.#programs.delete(program);
    return program.close(Math.max(LEAST_PATIENCE, this.timeout));
  }

  /** Ends the programs that are kept. */
  async clear() {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(kept.map((program) => this.release(program)));
  }

  /** Ends all programs, whatever they do. */
  async reset() {
    const programs = [...this.#programs];
    this.#programs.clear();
    this.#kept.clear();
    await Promise.all(programs.map((program) => program.kill()));
  }

  /** Ends all programs and servers, whatever they do. */
  async close() {
    await this.reset();
    await Promise.all([...this.#servers.values()].map(stopServer));
    await this.#queues.close();
  }

  /** @param {Contestant} contestant */
  async #serverOf(contestant) {
    if (contestant.startServer === undefined) return undefined;
    // Programs that are started at once share one: it is known from the moment that it begins to start.
    let server = this.#servers.get(contestant);
    if (server === undefined) {
      const folder = join(this.#folder, contestant.name);
      mkdirSync(folder, { recursive: true });
      server = contestant.startServer({ folder });
      this.#servers.set(contestant, server);
    }
    return server;
  }
}

/** One that has not started has told so to whom it was started for. @param {Promise<{ stop(): Promise<void> }>} server */
async function stopServer(server) {
  const started = await server.catch(() => undefined);
  await started?.stop();
}
