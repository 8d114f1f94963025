import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Crew } from './crew.mjs';
import { FaultRunner } from './fault-runner.mjs';
import { Ledger } from './ledger.mjs';
import { planFaults } from './plan.mjs';
import { whyLeftOut } from './strikes.mjs';
import { judge, traitsOf } from './verdict.mjs';

const PRODUCERS = 2;
/** All that producers could not add during the faults they add afterwards. */
const FINISHING_TIMEOUT = 120_000;
/** RabbitMQ tries an at-least-once dead-lettering that failed again after three minutes. */
const DRAINING_TIMEOUT = 600_000;
/** Then somebody who looks on deserves to be told what is being waited for. */
const LONG_WAIT = 20_000;
/** The queues are empty, and nobody has entered anything for so long: what is missing now does not come any more. */
const QUIET = 8_000;
const LOOK_EVERY = 250;
const PLAIN_LINE_EVERY = 10_000;

/**
 * @typedef {object} ChaosOptions
 * @property {number} seconds how long tasks are added and faults strike
 * @property {number} tasks @property {string} seed
 * @property {readonly string[]} faults kinds of them
 * @property {readonly string[]} taskKinds
 * @property {number} workers @property {'quorum' | 'classic'} type
 */

/** One run: producers add, workers handle, faults strike; then all comes to rest, and the ledger is judged. */
export class ChaosRun {
  #voice;
  #broker;
  #options;
  #folder;
  #prefix;
  #ledger;
  #startedAt = 0;
  #lastLineAt = 0;

  /**
   * @param {import('../say.mjs').Voice} voice @param {import('./broker.mjs').BrokerUnderChaos} broker @param {ChaosOptions} options
   * @param {{ folder: string, prefix: string }} place folder: for the ledger and the logs; prefix: of the names of the queues
   */
  constructor(voice, broker, options, { folder, prefix }) {
    this.#voice = voice;
    this.#broker = broker;
    this.#options = options;
    this.#folder = folder;
    this.#prefix = prefix;
    for (const name of ['ledger', 'logs']) mkdirSync(join(folder, name), { recursive: true });
    this.#ledger = new Ledger(join(folder, 'ledger'));
    /** Faults that cannot be done to this broker, and why. @type {Record<string, string>} */
    this.leftOut = {};
    for (const kind of options.faults) {
      const why = whyLeftOut(kind, broker);
      if (why !== undefined) this.leftOut[kind] = why;
    }
    const kinds = options.faults.filter((kind) => this.leftOut[kind] === undefined);
    /** What will strike when. */
    this.plan = planFaults({ seed: options.seed, seconds: options.seconds, kinds });
  }

  /** What the ledger says. */
  get ledger() {
    return this.#ledger;
  }

  /**
   * Resolves with the verdict, and with all that happened on the way.
   * @param {AbortSignal} signal gives up
   */
  async run(signal) {
    const crew = await this.#openCrew();
    const runner = this.#faultRunner(crew);
    try {
      await crew.startWorkers(signal);
      await crew.startProducers(signal);
      this.#voice.done('crew', `${crew.producers.length} producers and ${crew.workers.length} workers at work`);
      this.#startedAt = Date.now();
      const unfinished = await this.#throughout(this.#strikeAndFinish(crew, runner, signal));
      this.#voice.done('faults', `over after ${this.#elapsed()}; waiting for the rest of the tasks`);
      crew.startCollecting();
      await this.#throughout(this.#drain(signal));
      await crew.close();
      this.#ledger.read();
      const verdict = judge(this.#ledger.tasks, runner.deletions);
      return { verdict, struck: runner.struck, accidents: [...crew.accidents, ...unfinished] };
    } finally {
      await crew.close({ hurry: true });
    }
  }

  #openCrew() {
    const { taskKinds: asked, type, workers, seed, tasks, seconds } = this.#options;
    const kinds = this.plan.some(({ kind }) => kind === 'queue-delete')
      ? asked
      : asked.filter((kind) => !traitsOf(kind).isSacrificed);
    return Crew.open({
      urls: this.#broker.urls,
      ledger: join(this.#folder, 'ledger'),
      logs: join(this.#folder, 'logs'),
      prefix: this.#prefix,
      removesQueues: this.#broker.nodes.length === 0,
      producers: PRODUCERS,
      kinds,
      type,
      workers,
      seed,
      tasks,
      seconds,
    });
  }

  /** @param {Crew} crew */
  #faultRunner(crew) {
    const stricken = { broker: this.#broker, crew, sacrificed: `${this.#prefix}sacrificed` };
    return new FaultRunner(this.plan, stricken, ({ at, kind, what }) =>
      this.#voice.line(`  ${(at / 1_000).toFixed(1).padStart(6)} s  ${kind.padEnd(16)} ${what}`),
    );
  }

  /** Resolves with what the producers did not finish. @param {Crew} crew @param {FaultRunner} runner @param {AbortSignal} signal @returns {Promise<string[]>} */
  async #strikeAndFinish(crew, runner, signal) {
    await runner.run(signal);
    await delay(Math.max(0, this.#startedAt + this.#options.seconds * 1_000 - Date.now()), undefined, { signal });
    await this.#broker.untilWhole(signal);
    const ends = crew.producers.map(async (post) => {
      const hasFinished = await Promise.race([post.finished(FINISHING_TIMEOUT), stopOf(signal)]);
      return hasFinished ? [] : [`${post.name} has not added all its tasks`];
    });
    return (await Promise.all(ends)).flat();
  }

  /** Waits until every confirmed task is done or put aside, or until nothing comes any more. @param {AbortSignal} signal */
  async #drain(signal) {
    const deadline = Date.now() + DRAINING_TIMEOUT;
    let entries = -1;
    let changedAt = Date.now();
    let isExplained = false;
    while (this.#ledger.open > 0 && Date.now() < deadline) {
      const now = Object.values(this.#ledger.entries).reduce((total, count) => total + count, 0);
      if (now !== entries) changedAt = Date.now();
      entries = now;
      if (Date.now() - changedAt > QUIET && (await this.#queuesAreEmpty())) return;
      if (Date.now() - changedAt > LONG_WAIT && !isExplained) {
        isExplained = true;
        this.#voice.line('    a delayed task that found no queue is looked for again after one to three minutes');
      }
      await delay(LOOK_EVERY, undefined, { signal });
    }
  }

  /** Not known of a broker that is not the run's own. */
  async #queuesAreEmpty() {
    const messages = await this.#broker.management?.messages().catch(() => undefined);
    return messages === 0;
  }

  /** Reads the ledger and shows how far it is while something goes on. @template Result @param {Promise<Result>} work @returns {Promise<Result>} */
  async #throughout(work) {
    const timer = setInterval(() => {
      this.#ledger.read();
      this.#show();
    }, LOOK_EVERY);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.#ledger.read();
    }
  }

  #show() {
    const { entries, open } = this.#ledger;
    const { added = 0, done = 0, aside = 0 } = entries;
    const text = `${this.#elapsed()}: ${added} sent, ${done} runs done, ${aside} put aside, ${open} open`;
    if (this.#voice.isTerminal) return this.#voice.doing('chaos', text);
    if (Date.now() - this.#lastLineAt < PLAIN_LINE_EVERY) return;
    this.#lastLineAt = Date.now();
    this.#voice.line(`    ${text}`);
  }

  #elapsed() {
    return `${((Date.now() - this.#startedAt) / 1_000).toFixed(1)} s`;
  }
}

/** Resolves when the run is given up. @param {AbortSignal} signal @returns {Promise<false>} */
function stopOf(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
}
