import { ChaosProcess } from './chaos-process.mjs';
import { Post } from './post.mjs';

/** So short that a silent link is noticed within one black hole; not so short that a busy machine looks silent. */
const HEARTBEAT_SECONDS = 3;
/** A worker that is told to stop gives back what it has not finished by then. */
const SHUTDOWN_TIMEOUT = 5_000;
const STOP_PATIENCE = 15_000;

/**
 * @typedef {object} CrewOptions
 * @property {readonly string[]} urls the nodes of the broker
 * @property {string} ledger @property {string} logs folders
 * @property {string} prefix of the names of the queues @property {string} seed
 * @property {number} producers @property {number} workers how many of each
 * @property {number} tasks @property {number} seconds
 * @property {boolean} removesQueues whether the queues go in the end
 * @property {readonly string[]} kinds of tasks @property {'quorum' | 'classic'} type of the queues
 */

/** The producers and workers of one run, each in a process of its own, each with a network of its own to the broker. */
export class Crew {
  #options;
  /** @type {ChaosProcess | undefined} */
  #collector;

  /** @param {Post[]} producers @param {Post[]} workers @param {CrewOptions} options */
  constructor(producers, workers, options) {
    this.producers = producers;
    this.workers = workers;
    this.#options = options;
  }

  /** Opens the posts; nobody works yet. @param {CrewOptions} options @returns {Promise<Crew>} */
  static async open(options) {
    const open = (/** @type {'producer' | 'worker'} */ program, /** @type {number} */ index, own = {}) =>
      Post.open(
        { name: `${program} ${index + 1}`, program },
        { urls: nextFirst(options.urls, index), logs: options.logs, env: { ...environmentOf(options), ...own } },
      );
    const { producers: count, tasks } = options;
    const shareOf = (/** @type {number} */ index) => Math.floor(tasks / count) + (index < tasks % count ? 1 : 0);
    const producers = Array.from({ length: count }, (_, index) =>
      open('producer', index, { CHAOS_TASKS: String(shareOf(index)) }),
    );
    const workers = Array.from({ length: options.workers }, (_, index) => open('worker', index));
    return new Crew(await Promise.all(producers), await Promise.all(workers), options);
  }

  /** Every post of the crew. */
  get posts() {
    return [...this.producers, ...this.workers];
  }

  /** What went wrong with the processes that nobody wanted to. */
  get accidents() {
    return this.posts.flatMap(({ accidents }) => accidents);
  }

  /** Resolves when all workers consume. @param {AbortSignal} signal */
  async startWorkers(signal) {
    await Promise.all(this.workers.map((post) => post.fill().untilReady(signal)));
    for (const post of this.workers) post.keepFilled();
  }

  /** Resolves when the producers begin to add. @param {AbortSignal} signal */
  async startProducers(signal) {
    await Promise.all(this.producers.map((post) => post.fill().untilReady(signal)));
  }

  /** Begins to enter the dead letters into the ledger. */
  startCollecting() {
    const { logs, urls } = this.#options;
    const env = {
      ...environmentOf(this.#options),
      AMQP_URL: urls.join(','),
      CHAOS_NAME: 'dead-letters',
      CHAOS_REMOVE_QUEUES: String(this.#options.removesQueues),
    };
    this.#collector = new ChaosProcess('dead-letters', 'dead-letters', { env, logs });
  }

  /** Can be called twice. @param {{ hurry?: boolean }} [options] hurry: nobody is asked politely */
  async close({ hurry = false } = {}) {
    const patience = hurry ? 0 : STOP_PATIENCE;
    await Promise.all(this.posts.map((post) => post.close(patience)));
    if (this.#collector?.isAlive) await this.#collector.stop(STOP_PATIENCE);
  }
}

/** Not everybody connects to the first node. @param {readonly string[]} urls @param {number} index */
const nextFirst = (urls, index) => [...urls.slice(index % urls.length), ...urls.slice(0, index % urls.length)];

/** @param {CrewOptions} options @returns {Record<string, string>} */
function environmentOf({ ledger, prefix, seed, seconds, kinds, type }) {
  return {
    CHAOS_LEDGER: ledger,
    CHAOS_PREFIX: prefix,
    CHAOS_SEED: seed,
    CHAOS_SECONDS: String(seconds),
    CHAOS_KINDS: kinds.join(','),
    QUEUE_TYPE: type,
    WORKER_QUEUES: '',
    WORKER_CONCURRENCY: '8',
    HEARTBEAT_SECONDS: String(HEARTBEAT_SECONDS),
    RECONNECT_DELAY_MS: '300',
    CONNECT_TIMEOUT_MS: '3000',
    PUBLISH_TIMEOUT_MS: '5000',
    SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_TIMEOUT),
  };
}
