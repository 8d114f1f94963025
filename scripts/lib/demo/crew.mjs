import { freePortFrom } from '../ports.mjs';
import { AppProcess } from './app-process.mjs';
import { OUTPUT } from './task-list.mjs';

const PRODUCER_PORT = 3_000;
const WORKER_PORT = 3_001;

/**
 * Nothing that a developer has set up for other ends may reach the world from here: the main job's e-mails and text messages
 * become files. An empty variable counts as not set, also over a line of `.env`.
 */
const WORKER_SETTINGS = {
  WORKER_HOST: '127.0.0.1',
  WORKER_QUEUES: '',
  SMTP_URL: '',
  SMS_GATEWAY_URL: '',
  IMAGE_SOURCE_DIR: '',
  IMAGE_OUTPUT_DIR: OUTPUT.images,
  MAIL_DIR: OUTPUT.mail,
  SMS_DIR: OUTPUT.sms,
};

/** The producer and the workers of one `npm start`, each in a process of its own. */
export class Crew {
  #brokerUrl;
  #ledger;
  #onLine;
  /** @type {Set<AppProcess>} */
  #apps = new Set();
  /** @type {AppProcess[]} */
  #workers = [];
  #ports = new Set();
  #hired = 0;
  /** @type {(error: unknown) => void} */
  #reportCrash = () => undefined;

  /**
   * @param {string} brokerUrl @param {import('./ledger.mjs').Ledger} ledger learns every event of the workers
   * @param {(worker: AppProcess, line: string) => void} onLine a worker has printed a line
   */
  constructor(brokerUrl, ledger, onLine) {
    this.#brokerUrl = brokerUrl;
    this.#ledger = ledger;
    this.#onLine = onLine;
    /** Rejects when one of them ends without having been asked to; stays pending otherwise. @type {Promise<never>} */
    this.crash = new Promise((_, reject) => (this.#reportCrash = reject));
    // Also when nobody is waiting at that moment.
    this.crash.catch(() => undefined);
    /** Called after each event of a worker. @type {((worker: AppProcess, event: import('./ledger.mjs').TaskEvent) => void) | undefined} */
    this.onEvent = undefined;
    /** Called when one more process runs. @type {(() => void) | undefined} */
    this.onStart = undefined;
    /** Where the producer answers. */
    this.producerPort = PRODUCER_PORT;
  }

  /** Workers that are alive. */
  get workers() {
    return [...this.#workers];
  }

  /** Every process id. */
  get pids() {
    return [...this.#apps].map(({ pid }) => pid);
  }

  /** Starts the producer; resolves with it when it is ready. */
  async startProducer() {
    const port = await this.#takePort(PRODUCER_PORT);
    this.producerPort = port;
    const env = { AMQP_URL: this.#brokerUrl, PRODUCER_HOST: '127.0.0.1', PRODUCER_PORT: String(port) };
    const listener = { onEvent: () => undefined, onLine: () => undefined };
    return this.#untilReady(new AppProcess('producer', 'producer', { port, env, listener }));
  }

  /** Starts one more worker; resolves with it when it consumes. */
  async startWorker() {
    const port = await this.#takePort(WORKER_PORT);
    this.#hired += 1;
    const listener = {
      onEvent: (/** @type {import('./ledger.mjs').TaskEvent} */ event) => {
        this.#ledger.record(worker.name, event);
        this.onEvent?.(worker, event);
      },
      onLine: (/** @type {string} */ line) => this.#onLine(worker, line),
    };
    const env = { ...WORKER_SETTINGS, AMQP_URL: this.#brokerUrl, WORKER_PORT: String(port) };
    const worker = new AppProcess(`worker ${this.#hired}`, 'worker', { port, env, listener });
    this.#workers.push(worker);
    return this.#untilReady(worker);
  }

  /** Ends a worker as a crash would. @param {AppProcess} worker */
  async kill(worker) {
    this.#workers = this.#workers.filter((other) => other !== worker);
    await worker.kill();
    this.#apps.delete(worker);
  }

  /** Stops all of them politely, the workers first. Can be called twice. */
  async stop() {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await Promise.all([...this.#apps].map((app) => app.stop()));
  }

  /** Ends all of them at once, for somebody in a hurry. */
  async killAll() {
    await Promise.all([...this.#apps].map((app) => app.kill()));
  }

  /** @param {AppProcess} app */
  async #untilReady(app) {
    this.#apps.add(app);
    app.crashed.catch(this.#reportCrash);
    this.onStart?.();
    await app.untilReady();
    return app;
  }

  /** @param {number} from */
  async #takePort(from) {
    const port = await freePortFrom(from, this.#ports);
    this.#ports.add(port);
    return port;
  }
}
