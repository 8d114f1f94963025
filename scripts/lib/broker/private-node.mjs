import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChild, endIfStill, hasEnded, spawnLogged } from '../child.mjs';
import { Failure } from '../failure.mjs';
import { freePorts } from '../ports.mjs';
import { becomesTrue } from '../process-table.mjs';
import { RunLock } from '../run-lock.mjs';
import { shakeHands } from './handshake.mjs';
import { nodeEnvironment, readIdentity, writeIdentity, writeNodeFiles } from './node-files.mjs';
import { findEpmd, findRabbitmqServer } from './rabbitmq-binary.mjs';

/** 4 to 10 s on an idle machine and 18 s on a busy one were measured; a slow disk deserves some more. */
const START_TIMEOUT = 60_000;
/** A node with the management plugin takes 6 s to stop on 3.10. */
const STOP_TIMEOUT = 20_000;

/** A huge limit of open files costs RabbitMQ minutes or gigabytes at boot, so it is capped; a lower one stays. */
const CAPPED = '{ [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -le 65536 ]; } || ulimit -n 65536; exec "$0"';

/**
 * A RabbitMQ node that belongs to one folder: its data, log, configuration, cookie, ports and port mapper are its own, and it
 * listens on 127.0.0.1 only. It needs an installed RabbitMQ, no rights, and leaves the system's node alone.
 */
export class PrivateNode {
  #directory;
  #lock;
  #management;
  #membership;
  #identity;
  /** @type {import('../child.mjs').ChildProcess | undefined} */
  #epmd;
  /** @type {import('../child.mjs').ChildProcess | undefined} */
  #broker;
  #isExpectedToRun = false;

  /**
   * @param {string} directory @param {RunLock} lock
   * @param {{ management: boolean, membership?: import('./node-files.mjs').Membership }} options
   */
  constructor(directory, lock, { management, membership }) {
    this.#directory = directory;
    this.#lock = lock;
    this.#management = management;
    this.#membership = membership;
    this.#identity = { ...readIdentity(directory), ...nameOf(membership) };
    /** Called when the broker has ended and nobody asked it to. @type {((reason: string) => void) | undefined} */
    this.onUnexpectedEnd = undefined;
  }

  /**
   * Resolves when the node answers an AMQP login. What it kept in the folder from an earlier run is there again, on the
   * same port when that is still free.
   * @param {object} options
   * @param {string} options.directory where the node lives
   * @param {boolean} [options.management] with RabbitMQ's management API and a port for it, default false
   * @param {import('./node-files.mjs').Membership} [options.membership] makes it a node of a cluster; see PrivateCluster
   * @param {AbortSignal} [options.signal] gives up a start that is under way
   * @returns {Promise<PrivateNode>} rejects with LockHeld when the folder's node runs already, with a Failure when it cannot start
   */
  static async start({ directory, management = false, membership, signal }) {
    const lock = await RunLock.take(join(directory, 'node.lock'), 'node-keeper');
    const node = new PrivateNode(directory, lock, { management, membership });
    try {
      await node.#clearUpAfter(lock.leftover);
      // One start of five was seen to fail while another node was booting on the same machine.
      await node.#boot({ signal }).catch(async () => {
        await node.#end(1_000);
        await node.#boot({ signal });
      });
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  /** The address to connect to, login included. */
  get url() {
    return `amqp://guest:guest@127.0.0.1:${this.#identity.ports.amqp}`;
  }

  /** The management API's address, login included; undefined without it. */
  get managementUrl() {
    return this.#management ? `http://guest:guest@127.0.0.1:${this.#identity.ports.management}` : undefined;
  }

  /** The broker's process id, undefined while it is down. */
  get pid() {
    return this.#broker?.pid;
  }

  /** Ends the broker as a power cut would: SIGKILL. What it had confirmed is on disk. */
  async kill() {
    this.#isExpectedToRun = false;
    const broker = this.#broker;
    broker?.kill('SIGKILL');
    await becomesTrue(() => hasEnded(broker), 5_000);
    this.#broker = undefined;
  }

  /** Boots the broker again after `kill`, with the same ports and the same data. */
  async restart() {
    await this.#boot({ samePorts: true });
  }

  /** Can be called twice, the second time to hurry; always finishes. @param {number} [patience] milliseconds until SIGKILL, default 20000 */
  async stop(patience = STOP_TIMEOUT) {
    await this.#end(patience);
    this.#lock.release();
  }

  /** @param {{ samePorts?: boolean, signal?: AbortSignal }} [options] */
  async #boot({ samePorts = false, signal } = {}) {
    signal?.throwIfAborted();
    const [server, epmd] = [findRabbitmqServer(), findEpmd()];
    if (server === undefined || epmd === undefined) throw new Failure('RabbitMQ or its Erlang is not installed.');
    if (!samePorts) await this.#takePorts();
    const { ports, nodeName, clusterName } = this.#identity;
    const [management, membership] = [this.#management, this.#membership];
    writeNodeFiles(this.#directory, { ports, clusterName, management, membership });
    const env = nodeEnvironment(this.#directory, { ports, nodeName });
    writeFileSync(this.#console, '');
    const options = { cwd: this.#directory, env, log: this.#console };
    if (hasEnded(this.#epmd) && membership?.keepsPortMapper !== false)
      this.#epmd = spawnLogged(epmd, ['-port', String(ports.epmd), '-address', '127.0.0.1'], options);
    this.#broker = spawnLogged('/bin/sh', ['-c', CAPPED, server], options);
    this.#lock.update({ url: undefined, brokerPid: this.#broker.pid, epmdPid: this.#epmd?.pid, epmdPort: ports.epmd });
    await this.#untilReady(this.#broker, signal);
    this.#isExpectedToRun = true;
    this.#broker.once('exit', (code, by) => {
      if (!this.#isExpectedToRun) return;
      this.onUnexpectedEnd?.(
        `the broker ended with ${by ?? `code ${code}`}; its log is in ${join(this.#directory, 'log')}`,
      );
    });
    this.#lock.update({ url: this.url, managementUrl: this.managementUrl });
  }

  /** Another program may have taken a port since the last run, or between being found free and being used. */
  async #takePorts() {
    const before = this.#identity.ports;
    const [amqp, distribution, free, management] = await freePorts([
      before.amqp,
      undefined,
      undefined,
      before.management,
    ]);
    const epmd = this.#membership?.epmdPort ?? free;
    this.#identity.ports = { amqp, distribution, epmd, management };
    writeIdentity(this.#directory, this.#identity);
  }

  /**
   * Ready is a login that works *and* our cluster's name: an open port may be a stranger's.
   * @param {import('../child.mjs').ChildProcess} broker @param {AbortSignal | undefined} signal
   */
  async #untilReady(broker, signal) {
    const deadline = Date.now() + START_TIMEOUT;
    while (!(await this.#answers())) {
      signal?.throwIfAborted();
      if (hasEnded(broker)) throw new Failure(`the private RabbitMQ node ended while starting\n${this.#lastWords()}`);
      if (Date.now() > deadline)
        throw new Failure(`the private RabbitMQ node did not start in ${START_TIMEOUT} ms\n${this.#lastWords()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #answers() {
    const { clusterName, ports } = this.#identity;
    const broker = await shakeHands(this.url, { timeout: 2_000 }).catch(() => undefined);
    if (broker?.clusterName !== clusterName) return false;
    if (!this.#management) return true;
    const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` };
    const answer = await fetch(`http://127.0.0.1:${ports.management}/api/overview`, { headers }).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  }

  /** The broker first, its port mapper after it. @param {number} patience milliseconds until SIGKILL */
  async #end(patience) {
    this.#isExpectedToRun = false;
    await endChild(this.#broker, patience);
    await endChild(this.#epmd, 1_000);
    this.#broker = undefined;
    this.#epmd = undefined;
  }

  /** Ends what a run that was killed has left in this folder, before a second broker opens the same data. @param {import('../run-lock.mjs').RunRecord | undefined} leftover */
  async #clearUpAfter(leftover) {
    if (leftover === undefined) return;
    const { brokerPid, epmdPid, epmdPort } = leftover;
    // Erlang's command line names its home folder, which is in ours.
    await endIfStill(brokerPid, join(this.#directory, 'home'), STOP_TIMEOUT);
    await endIfStill(epmdPid, `-port ${String(epmdPort)} `, 1_000);
  }

  /** What the broker and its port mapper print; the broker's log proper is beside it. */
  get #console() {
    return join(this.#directory, 'log', 'console.log');
  }

  #lastWords() {
    return readFileSync(this.#console, 'utf8').trim().split('\n').slice(-15).join('\n');
  }
}

/** @param {import('./node-files.mjs').Membership | undefined} membership */
function nameOf(membership) {
  if (membership === undefined) return {};
  const { nodeName, clusterName } = membership;
  return { nodeName, clusterName };
}
