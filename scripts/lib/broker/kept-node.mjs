import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Failure } from '../failure.mjs';
import { LockHeld } from '../run-lock.mjs';

const KEEPER = fileURLToPath(new URL('node-keeper.mjs', import.meta.url));

/** @typedef {{ event: string, url: string, managementUrl?: string, pid?: number, message: string, reason: string, record: import('../run-lock.mjs').RunRecord }} KeeperEvent */

/**
 * A private broker in the care of a process of its own, so that it is stopped even when the process that asked for it is killed.
 */
export class KeptNode {
  #keeper;
  #events;
  /** @type {Promise<IteratorResult<string>> | undefined} */
  #end;

  /** @param {import('node:child_process').ChildProcess} keeper @param {AsyncIterator<string>} events @param {KeeperEvent} ready */
  constructor(keeper, events, ready) {
    this.#keeper = keeper;
    this.#events = events;
    /** The address to connect to, login included. */
    this.url = ready.url;
    /** The management API's address, login included; undefined when it was not asked for. */
    this.managementUrl = ready.managementUrl;
    /** The broker's process id; undefined in a container. */
    this.pid = ready.pid;
  }

  /**
   * @param {object} options
   * @param {'installed' | 'docker'} options.kind what runs the broker: an installed rabbitmq-server, or a Docker engine
   * @param {string} options.directory where the broker lives
   * @param {boolean} [options.management] with RabbitMQ's management API, default false
   * @param {boolean} [options.temporary] the folder is removed when the broker has stopped, default false
   * @param {import('./node-files.mjs').Membership} [options.membership] makes it a node of a cluster; see PrivateCluster
   * @param {AbortSignal} [options.signal] gives up a start that is under way
   * @returns {Promise<KeptNode>} rejects with LockHeld when another process has this folder's broker, with a Failure when it cannot start
   */
  static async start({ signal, ...options }) {
    const keeper = spawn(process.execPath, [KEEPER, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    keeper.stdin.on('error', () => undefined);
    const giveUp = () => keeper.stdin.end();
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    const events = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
    try {
      return new KeptNode(keeper, events, await nextEvent(events));
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /**
   * Resolves with what the broker said last when it ends without having been asked to.
   * Not to be waited for together with `kill` and `restart`.
   * @returns {Promise<string>}
   */
  async unexpectedEnd() {
    this.#end ??= this.#events.next();
    const { value, done } = await this.#end;
    return done ? 'the process that kept the broker has ended' : JSON.parse(value).reason;
  }

  /** Ends the broker as a power cut would. */
  async kill() {
    await this.#command('kill');
  }

  /** Boots the broker again after `kill`, with the same ports and the same data. */
  async restart() {
    this.pid = (await this.#command('restart')).pid;
  }

  /** Stops the broker and keeps its data. Can be called twice, the second time to hurry. */
  async stop() {
    if (this.#keeper.stdin?.writableEnded) this.#keeper.kill('SIGTERM');
    this.#keeper.stdin?.end();
    if (this.#keeper.exitCode !== null || this.#keeper.signalCode !== null) return;
    await new Promise((resolve) => this.#keeper.once('exit', resolve));
  }

  /** @param {string} command */
  #command(command) {
    this.#keeper.stdin?.write(`${command}\n`);
    return nextEvent(this.#events);
  }
}

/** @param {AsyncIterator<string>} events @returns {Promise<KeeperEvent>} */
async function nextEvent(events) {
  const { value, done } = await events.next();
  if (done) throw new Failure('the broker was stopped');
  const event = JSON.parse(value);
  if (event.event === 'held') throw new LockHeld(event.record);
  if (event.event === 'failed') throw new Failure(event.message);
  return event;
}
