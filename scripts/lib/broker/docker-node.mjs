import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { run } from '../command.mjs';
import { Failure } from '../failure.mjs';
import { freePorts } from '../ports.mjs';
import { RunLock } from '../run-lock.mjs';
import { shakeHands } from './handshake.mjs';
import { TRY_AGAIN_AFTER_30_S } from './node-files.mjs';

const START_TIMEOUT = 120_000;
/** `docker run` pulls the image the first time. */
const PULL_TIMEOUT = 600_000;

/** Whether a Docker *engine* answers: the client alone, which `docker --version` is content with, runs nothing. */
export async function dockerEngineAnswers() {
  const version = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 }).catch(() => '');
  return version.trim() !== '';
}

/**
 * A RabbitMQ in a container that belongs to one folder, with the same verbs as PrivateNode. Its ports are published on
 * 127.0.0.1 only, its data is in a volume named after the folder.
 */
export class DockerNode {
  #name;
  #lock;
  #ports;
  #management;
  #isTemporary;

  /**
   * @param {string} name @param {RunLock} lock @param {number[]} ports AMQP's and the management API's
   * @param {{ management?: boolean, temporary?: boolean }} options
   */
  constructor(name, lock, ports, { management = false, temporary = false }) {
    this.#name = name;
    this.#lock = lock;
    this.#ports = ports;
    this.#management = management;
    this.#isTemporary = temporary;
    /** The container's broker is not watched; here for the likeness with PrivateNode. @type {((reason: string) => void) | undefined} */
    this.onUnexpectedEnd = undefined;
  }

  /**
   * Resolves when the broker in the container answers an AMQP login.
   * @param {{ directory: string, management?: boolean, temporary?: boolean, signal?: AbortSignal }} options as PrivateNode.start;
   * temporary: the data's volume goes with the container
   * @returns {Promise<DockerNode>}
   */
  static async start({ directory, signal, ...options }) {
    const lock = await RunLock.take(join(directory, 'node.lock'), 'node-keeper');
    const name = `warren-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`;
    const node = new DockerNode(name, lock, await freePorts([undefined, undefined]), options);
    try {
      await node.#remove();
      await node.#create();
      await node.#untilReady(signal);
      lock.update({ url: node.url, managementUrl: node.managementUrl, container: name });
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  /** The address to connect to, login included. */
  get url() {
    return `amqp://guest:guest@127.0.0.1:${this.#ports[0]}`;
  }

  /** The management API's address, login included; undefined without it. */
  get managementUrl() {
    return this.#management ? `http://guest:guest@127.0.0.1:${this.#ports[1]}` : undefined;
  }

  /** A container's broker has no process id of ours. */
  get pid() {
    return undefined;
  }

  /** Ends the broker as a power cut would. */
  async kill() {
    await run('docker', ['kill', this.#name]);
  }

  /** Boots the broker again after `kill`, with the same ports and the same data. */
  async restart() {
    await run('docker', ['start', this.#name]);
    await this.#untilReady();
  }

  /** Can be called twice; always finishes. @param {number} [patience] milliseconds until the engine kills it, default 20000 */
  async stop(patience = 20_000) {
    await run('docker', ['stop', '--time', String(Math.ceil(patience / 1_000)), this.#name]).catch(() => undefined);
    await this.#remove();
    if (this.#isTemporary) await run('docker', ['volume', 'rm', this.#name]).catch(() => undefined);
    this.#lock.release();
  }

  /** The data directory carries the node's name, which is the container's host name: both stay the same. */
  async #create() {
    const [amqp, management] = this.#ports;
    const published = [
      '-p',
      `127.0.0.1:${amqp}:5672`,
      ...(this.#management ? ['-p', `127.0.0.1:${management}:15672`] : []),
    ];
    const data = ['--hostname', 'warren', '-v', `${this.#name}:/var/lib/rabbitmq`, '--ulimit', 'nofile=65536:65536'];
    const settings = ['-e', `RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=${TRY_AGAIN_AFTER_30_S}`];
    const image = this.#management ? 'rabbitmq:4-management' : 'rabbitmq:4';
    const container = ['run', '--detach', '--name', this.#name, ...data, ...published, ...settings, image];
    await run('docker', container, { timeout: PULL_TIMEOUT });
  }

  /** @param {AbortSignal} [signal] */
  async #untilReady(signal) {
    const deadline = Date.now() + START_TIMEOUT;
    for (;;) {
      signal?.throwIfAborted();
      const reason = await shakeHands(this.url, { timeout: 2_000 }).then(
        () => undefined,
        (/** @type {Error} */ error) => error.message,
      );
      if (reason === undefined) return;
      if (Date.now() > deadline) throw new Failure(`the RabbitMQ container ${this.#name} did not start: ${reason}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** The container goes, also one that a killed run has left; its volume stays. */
  async #remove() {
    await run('docker', ['rm', '--force', this.#name]).catch(() => undefined);
  }
}
