import { Failure } from '../failure.mjs';
import { freePortFrom } from '../ports.mjs';
import { AppProcess } from './app-process.mjs';
import { OUTPUT } from './task-list.mjs';

const PRODUCER_PORT = 3_000;
const WORKER_PORT = 3_001;
const DASHBOARD_PORT = 3_002;
/** How often an app is started again because its port was taken between the look and its start. */
const PORT_ATTEMPTS = 5;

/**
 * Nothing that a developer has set up for other ends may reach the world from here: the main tasks' e-mails and text messages
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

/** The producer, the workers and the dashboard of one `npm start`, each in a process of its own. */
export class Crew {
  #brokerUrl;
  #ledger;
  #onLine;
  /** @type {Set<AppProcess>} */
  #apps = new Set();
  /** @type {AppProcess[]} */
  #workers = [];
  #ports = new Set();
  /** @type {Promise<unknown>} */
  #lastSearch = Promise.resolve();
  #hired = 0;
  #isStopping = false;
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
    /** Where the dashboard answers. */
    this.dashboardPort = DASHBOARD_PORT;
  }

  /** Workers that are ready, by their numbers. */
  get workers() {
    return [...this.#workers];
  }

  /** Every process id. */
  get pids() {
    return [...this.#apps].map(({ pid }) => pid);
  }

  /** Starts the producer; resolves with it when it is ready. */
  async startProducer() {
    const listener = { onEvent: () => undefined, onLine: () => undefined };
    const producer = await this.#start(PRODUCER_PORT, (port) => {
      const env = { AMQP_URL: this.#brokerUrl, PRODUCER_HOST: '127.0.0.1', PRODUCER_PORT: String(port) };
      return new AppProcess('producer', 'producer', { port, env, listener, upLine: /tasks are added at/ });
    });
    this.producerPort = producer.port;
    return producer;
  }

  /** Starts the dashboard; resolves with it when it answers. */
  async startDashboard() {
    const listener = { onEvent: () => undefined, onLine: () => undefined };
    const dashboard = await this.#start(DASHBOARD_PORT, (port) => {
      const env = { AMQP_URL: this.#brokerUrl, DASHBOARD_HOST: '127.0.0.1', DASHBOARD_PORT: String(port) };
      return new AppProcess('dashboard', 'dashboard', { port, env, listener, upLine: /the queues are shown at/ });
    });
    this.dashboardPort = dashboard.port;
    return dashboard;
  }

  /** Starts one more worker; resolves with it when it consumes. */
  async startWorker() {
    this.#hired += 1;
    const name = `worker ${this.#hired}`;
    const worker = await this.#start(WORKER_PORT, (port) => {
      const env = { ...WORKER_SETTINGS, AMQP_URL: this.#brokerUrl, WORKER_PORT: String(port) };
      const app = new AppProcess(name, 'worker', {
        port,
        env,
        upLine: /Waiting for messages/,
        listener: { onEvent: (event) => this.#record(app, event), onLine: (line) => this.#onLine(app, line) },
      });
      return app;
    });
    this.#workers.push(worker);
    this.#workers.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    return worker;
  }

  /** Ends a worker as a crash would. @param {AppProcess} worker */
  async kill(worker) {
    this.#workers = this.#workers.filter((other) => other !== worker);
    await worker.kill();
    this.#apps.delete(worker);
  }

  /**
   * Stops all of them politely, the workers first. Can be called twice.
   * @returns {Promise<string[]>} the names of those that had to be killed, because they did not stop in time
   */
  async stop() {
    this.#isStopping = true;
    const isWorker = (/** @type {AppProcess} */ app) => app.name.startsWith('worker ');
    const killed = [];
    for (const isNext of [isWorker, (/** @type {AppProcess} */ app) => !isWorker(app)]) {
      const apps = [...this.#apps].filter(isNext);
      const ends = await Promise.all(apps.map((app) => app.stop()));
      killed.push(...apps.filter((_, index) => ends[index] === 'killed'));
    }
    return killed.map(({ name }) => name);
  }

  /** Ends all of them at once, for somebody in a hurry. */
  async killAll() {
    this.#isStopping = true;
    await Promise.all([...this.#apps].map((app) => app.kill()));
  }

  /**
   * Starts an app on a port of its own; on the next one when somebody else was faster to take it.
   * @param {number} from @param {(port: number) => AppProcess} make
   */
  async #start(from, make) {
    for (let attempt = 1; ; attempt += 1) {
      const port = await this.#takePort(from);
      if (this.#isStopping) throw new Failure('stopping');
      const app = make(port);
      this.#apps.add(app);
      this.onStart?.();
      try {
        await app.untilReady();
        app.crashed.catch(this.#reportCrash);
        return app;
      } catch (error) {
        if (!app.foundPortTaken || attempt === PORT_ATTEMPTS) throw error;
        this.#apps.delete(app);
      }
    }
  }

  /** One search after the other, so that two do not find the same port. @param {number} from @returns {Promise<number>} */
  #takePort(from) {
    const search = this.#lastSearch.then(async () => {
      const port = await freePortFrom(from, this.#ports);
      this.#ports.add(port);
      return port;
    });
    this.#lastSearch = search;
    return search;
  }

  /** @param {AppProcess} worker @param {import('./ledger.mjs').TaskEvent} event */
  #record(worker, event) {
    this.#ledger.record(worker.name, event);
    this.onEvent?.(worker, event);
  }
}
