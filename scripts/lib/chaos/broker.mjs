import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNamedBroker, obtainNodeKind } from '../broker/find-broker.mjs';
import { shakeHands } from '../broker/handshake.mjs';
import { KeptNode } from '../broker/kept-node.mjs';
import { PrivateCluster } from '../broker/private-cluster.mjs';
import { Failure } from '../failure.mjs';
import { Management } from './management.mjs';

/**
 * @typedef {object} BrokerUnderChaos
 * @property {readonly string[]} urls its nodes
 * @property {string} description for people, without any password
 * @property {readonly KeptNode[]} nodes those that may be struck; none of a broker that is not the run's own
 * @property {readonly string[]} directories where these nodes live
 * @property {Management | undefined} management
 * @property {(signal: AbortSignal) => Promise<void>} untilWhole resolves when every node is back and knows the others
 * @property {() => Promise<void>} stop
 */

/**
 * The broker of a run: the one that AMQP_URL names, else one of the run's own.
 * @param {import('../say.mjs').Voice} voice
 * @param {{ directory: string, isCluster: boolean, signal: AbortSignal }} options directory: where the run's own lives
 * @returns {Promise<BrokerUnderChaos>}
 */
export async function brokerForChaos(voice, { directory, isCluster, signal }) {
  const named = await findNamedBroker();
  if (named !== undefined && isCluster) {
    throw new Failure('--cluster runs on a cluster of its own: not together with AMQP_URL', 2);
  }
  if (named !== undefined) return foreign(named);
  const kind = await obtainNodeKind(voice);
  return isCluster ? ownCluster(voice, kind, directory, signal) : ownNode(voice, kind, directory, signal);
}

/** @param {{ url: string, description: string }} named @returns {BrokerUnderChaos} */
function foreign({ url, description }) {
  return {
    urls: url.split(',').map((part) => part.trim()),
    description,
    nodes: [],
    directories: [],
    management: undefined,
    untilWhole: async () => undefined,
    stop: async () => undefined,
  };
}

/** @param {import('../say.mjs').Voice} voice @param {'installed' | 'docker'} kind @param {string} directory @param {AbortSignal} signal @returns {Promise<BrokerUnderChaos>} */
async function ownNode(voice, kind, directory, signal) {
  voice.doing('broker', 'starting a private RabbitMQ of its own');
  mkdirSync(directory, { recursive: true });
  const node = await KeptNode.start({ kind, directory, management: true, temporary: true, signal });
  const { version } = await shakeHands(node.url);
  return {
    urls: [node.url],
    description: `RabbitMQ ${version}, a private node of its own`,
    nodes: [node],
    directories: [directory],
    management: new Management([node.managementUrl ?? '']),
    untilWhole: async () => undefined,
    stop: () => node.stop(),
  };
}

/** @param {import('../say.mjs').Voice} voice @param {'installed' | 'docker'} kind @param {string} directory @param {AbortSignal} signal @returns {Promise<BrokerUnderChaos>} */
async function ownCluster(voice, kind, directory, signal) {
  if (kind !== 'installed')
    throw new Failure('--cluster needs an installed RabbitMQ: it has no way to do it in containers');
  voice.doing('broker', 'starting a private RabbitMQ cluster of three nodes');
  const cluster = await PrivateCluster.start({ directory: join(directory, 'cluster'), signal });
  const { version } = await shakeHands(cluster.nodes[0].url);
  return {
    urls: cluster.nodes.map(({ url }) => url),
    description: `RabbitMQ ${version}, a private cluster of ${cluster.nodes.length} nodes`,
    nodes: cluster.nodes,
    directories: cluster.directories,
    management: new Management(cluster.nodes.map(({ managementUrl = '' }) => managementUrl)),
    untilWhole: (aborted) => cluster.untilWhole(aborted),
    stop: () => cluster.stop(),
  };
}
