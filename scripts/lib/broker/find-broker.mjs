import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { inCheckout, stateDirectory } from '../checkout.mjs';
import { Failure } from '../failure.mjs';
import { isAlive } from '../process-table.mjs';
import { LockHeld, readRunRecord } from '../run-lock.mjs';
import { canInstallPackages, installPackages } from './apt.mjs';
import { dockerEngineAnswers } from './docker-node.mjs';
import { shakeHands } from './handshake.mjs';
import { KeptNode } from './kept-node.mjs';
import { findRabbitmqServer } from './rabbitmq-binary.mjs';

/** Exit code of every command that needs a broker and has found none. */
const NO_BROKER = 3;
const LOCAL_BROKER = 'amqp://guest:guest@localhost:5672';
const HELD_NODE_TIMEOUT = 90_000;

const WAYS = `no RabbitMQ found. Any one of these gives you one:
      sudo apt-get install -y rabbitmq-server    Debian, Ubuntu (as root, npm start installs it by itself)
      brew install rabbitmq                      macOS
      choco install rabbitmq                     Windows
      docker compose up -d rabbitmq              a Docker engine that runs is found by itself, too
      AMQP_URL=amqp://user:password@host npm start`;

/**
 * @typedef {object} FoundBroker
 * @property {string} url an address list in the form of AMQP_URL, logins included
 * @property {string} description for people, without any password
 * @property {KeptNode | undefined} node the private broker that was started for this; undefined: it is somebody else's and is left as it is
 */

/**
 * Finds a broker or makes one, in this order: AMQP_URL (then CLOUDAMQP_URL, both also from `.env`), a RabbitMQ that answers
 * on localhost:5672, then a private broker of this checkout.
 * @param {import('../say.mjs').Voice} voice @param {AbortSignal} [signal] gives up
 * @returns {Promise<FoundBroker>} rejects with a Failure (exit code 3) that says how to get a broker
 */
export async function findBroker(voice, signal) {
  return (await findNamedBroker()) ?? (await localBroker(voice)) ?? (await privateBroker(voice, { signal }));
}

/**
 * The broker that AMQP_URL (then CLOUDAMQP_URL, both also from `.env`) names; undefined when neither is set.
 * @returns {Promise<FoundBroker | undefined>} rejects with a Failure (exit code 3) when nobody lets us in there
 */
export async function findNamedBroker() {
  const file = inCheckout('.env');
  const env = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env };
  const name = ['AMQP_URL', 'CLOUDAMQP_URL'].find((variable) => env[variable]);
  if (name === undefined) return undefined;
  const list = /** @type {string} */ (env[name]);
  const reasons = [];
  for (const url of list.split(',').map((part) => part.trim())) {
    try {
      const broker = await shakeHands(url);
      return {
        url: list,
        description: `${broker.product} ${broker.version} at ${place(url)} (${name})`,
        node: undefined,
      };
    } catch (error) {
      reasons.push(`${place(url)}: ${/** @type {Error} */ (error).message}`);
    }
  }
  throw new Failure(`${name} is set, and no broker lets us in there.\n      ${reasons.join('\n      ')}`, NO_BROKER);
}

/** @param {import('../say.mjs').Voice} voice @returns {Promise<FoundBroker | undefined>} */
async function localBroker(voice) {
  try {
    const broker = await shakeHands(LOCAL_BROKER, { timeout: 3_000 });
    return { url: LOCAL_BROKER, description: `${broker.product} ${broker.version} on localhost:5672`, node: undefined };
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (message.startsWith('refused')) voice.warn(`A broker on localhost:5672 ${message}. Set AMQP_URL to use it.`);
    return undefined;
  }
}

/**
 * A broker of this checkout's own, its state in `.rabbitmq/`. When one runs already (`npm run broker`), that one.
 * @param {import('../say.mjs').Voice} voice
 * @param {{ directory?: string, management?: boolean, temporary?: boolean, signal?: AbortSignal }} [options] as KeptNode.start
 * @returns {Promise<FoundBroker>}
 */
export async function privateBroker(voice, { directory = join(stateDirectory, 'node'), ...options } = {}) {
  const kind = await obtainNodeKind(voice);
  const what = kind === 'docker' ? 'a RabbitMQ container' : 'a private RabbitMQ node';
  const running = readRunRecord(join(directory, 'node.lock'));
  voice.doing(
    'broker',
    running !== undefined && isAlive(running.pid) ? `joining ${what} that runs` : `starting ${what}`,
  );
  try {
    const node = await KeptNode.start({ kind, directory, ...options });
    const { version } = await shakeHands(node.url);
    return { url: node.url, description: `RabbitMQ ${version}, ${what} on ${place(node.url)}`, node };
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    const url = await heldNodeUrl(directory, error.record);
    return {
      url,
      description: `${what} on ${place(url)}, running already (process ${error.record.pid})`,
      node: undefined,
    };
  }
}

/**
 * What can run a private broker on this machine: an installed RabbitMQ, a Docker engine, or the distribution's package, which
 * is installed after saying so.
 * @param {import('../say.mjs').Voice} voice @returns {Promise<'installed' | 'docker'>} rejects with a Failure (exit code 3) that says how to get a broker
 */
export async function obtainNodeKind(voice) {
  if (findRabbitmqServer() !== undefined) return 'installed';
  if (await dockerEngineAnswers()) return 'docker';
  if (!canInstallPackages()) throw new Failure(WAYS, NO_BROKER);
  voice.doing(
    'broker',
    "no RabbitMQ here: installing the distribution's rabbitmq-server with apt-get (no service is started)",
  );
  await installPackages('rabbitmq-server');
  voice.done('broker', 'rabbitmq-server installed');
  return 'installed';
}

/** The address of a node that another process is running, or just starting, in the folder. @param {string} directory @param {{ pid: number }} holder */
async function heldNodeUrl(directory, { pid }) {
  const deadline = Date.now() + HELD_NODE_TIMEOUT;
  while (isAlive(pid) && Date.now() < deadline) {
    const url = readRunRecord(join(directory, 'node.lock'))?.url;
    if (typeof url === 'string') return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Failure(`the broker in ${directory} is in the hands of process ${pid} and does not answer`, NO_BROKER);
}

/** An address without its login. @param {string} url */
function place(url) {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'amqps:' ? 5671 : 5672)}`;
}
