import { ChaosProcess } from './chaos-process.mjs';
import { Link } from './link.mjs';

/**
 * One place in the crew: a process and its links to the broker, one for each node. A process that is killed has a successor
 * at the same links.
 */
export class Post {
  #role;
  #links;
  #options;
  #count = 0;
  #isClosed = false;
  /** @type {ChaosProcess | undefined} */
  #process;

  /** @param {{ name: string, program: 'producer' | 'worker' }} role @param {Link[]} links @param {{ env: Record<string, string>, logs: string }} options */
  constructor(role, links, options) {
    this.#role = role;
    this.#links = links;
    this.#options = options;
    /** Processes of this post that ended without having been asked to, and how. @type {string[]} */
    this.accidents = [];
  }

  /**
   * @param {{ name: string, program: 'producer' | 'worker' }} role
   * @param {{ urls: readonly string[], env: Record<string, string>, logs: string }} options
   */
  static async open(role, { urls, ...options }) {
    return new Post(role, await Promise.all(urls.map((url) => Link.open(url))), options);
  }

  /** As in "worker 2". */
  get name() {
    return this.#role.name;
  }

  /** The process that holds the post now. */
  get pid() {
    return this.#process?.pid;
  }

  /** Whether somebody holds the post. */
  get isHeld() {
    return this.#process?.isAlive === true;
  }

  /** Starts a process; it is not waited for until it is at work. @returns {ChaosProcess} */
  fill() {
    this.#count += 1;
    const name = `${this.#role.name.replace(' ', '-')}-${this.#count}`;
    const env = {
      ...this.#options.env,
      AMQP_URL: this.#links.map(({ url }) => url).join(','),
      CHAOS_NAME: this.#role.program === 'producer' ? this.#role.name.replace(' ', '-') : name,
    };
    const filled = new ChaosProcess(name, this.#role.program, { env, logs: this.#options.logs });
    this.#process = filled;
    return filled;
  }

  /** A process that ends by itself is written down and replaced, until the post is closed. */
  keepFilled() {
    const holder = this.#process;
    void holder?.ended.then(({ code, signal }) => {
      if (this.#isClosed || this.#process !== holder) return;
      this.accidents.push(`${holder.name} ended by itself with ${signal ?? `code ${code}`}`);
      this.fill();
      this.keepFilled();
    });
  }

  /** Ends the process as a crash would. */
  async kill() {
    const victim = this.#process;
    this.#process = undefined;
    await victim?.kill();
  }

  /** The process once it has done all it was started for. @param {number} timeout milliseconds @returns {Promise<boolean>} whether it has */
  async finished(timeout) {
    if (this.#process === undefined) return true;
    const ends = this.#process.ended.then(({ code }) => code === 0);
    const late = new Promise((resolve) => setTimeout(resolve, timeout, false).unref());
    return Promise.race([ends, late]);
  }

  /** The network between this post and the broker falls silent. */
  silence() {
    for (const link of this.#links) link.silence();
  }

  /** The network is as before. @param {{ cut: boolean }} options whether the connections that were silent are lost */
  heal(options) {
    for (const link of this.#links) link.heal(options);
  }

  /** Can be called twice. @param {number} patience milliseconds that the process has to stop by itself; 0: none */
  async close(patience) {
    this.#isClosed = true;
    if (patience > 0 && this.#process?.isAlive) await this.#process.stop(patience);
    else if (this.#process?.isAlive) await this.#process.kill();
    await Promise.all(this.#links.map((link) => link.close()));
  }
}
