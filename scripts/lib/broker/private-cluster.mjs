import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { freePorts } from '../ports.mjs';
import { KeptNode } from './kept-node.mjs';

/** Nodes that come up at the same time look for each other for a while. */
const FORMING_TIMEOUT = 60_000;

/**
 * A cluster of private nodes on this machine: one cookie, one port mapper, a folder for each node. Its state is thrown away
 * when it stops.
 */
export class PrivateCluster {
  /** @param {KeptNode[]} nodes @param {string[]} directories */
  constructor(nodes, directories) {
    /** In the order of their names. */
    this.nodes = nodes;
    /** Where each of them lives. */
    this.directories = directories;
  }

  /**
   * Resolves when every node answers a login and knows all the others.
   * @param {{ directory: string, size?: number, signal?: AbortSignal }} options a folder of its own; size: default 3
   * @returns {Promise<PrivateCluster>}
   */
  static async start({ directory, size = 3, signal }) {
    const names = Array.from({ length: size }, (_, index) => `n${index + 1}`);
    const [epmdPort] = await freePorts([undefined]);
    const shared = {
      clusterName: `warren-${randomBytes(4).toString('hex')}`,
      cookie: randomBytes(20).toString('hex'),
      peers: names.map((name) => `${name}@localhost`),
      epmdPort,
    };
    const starts = names.map((name, index) => {
      const node = join(directory, name);
      mkdirSync(node, { recursive: true });
      const membership = { ...shared, nodeName: `${name}@localhost`, keepsPortMapper: index === 0 };
      return KeptNode.start({
        kind: 'installed',
        directory: node,
        management: true,
        temporary: true,
        membership,
        signal,
      });
    });
    const ends = await Promise.allSettled(starts);
    const nodes = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const cluster = new PrivateCluster(
      nodes,
      names.map((name) => join(directory, name)),
    );
    try {
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      await cluster.untilWhole(signal);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Resolves when every node sees every node running. @param {AbortSignal} [signal] */
  async untilWhole(signal) {
    const deadline = Date.now() + FORMING_TIMEOUT;
    for (;;) {
      signal?.throwIfAborted();
      const seen = await Promise.all(this.nodes.map(runningNodes));
      if (seen.every((count) => count === this.nodes.length)) return;
      if (Date.now() > deadline) {
        throw new Failure(
          `the nodes of the private cluster see ${seen.join(', ')} nodes running after ${FORMING_TIMEOUT} ms`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Can be called twice. The node that keeps the port mapper goes last. */
  async stop() {
    const [first, ...others] = this.nodes;
    await Promise.all(others.map((node) => node.stop()));
    await first?.stop();
  }
}

/** How many nodes of its cluster a node sees running; 0 when it does not answer. @param {KeptNode} node */
async function runningNodes({ managementUrl = '' }) {
  const url = new URL('/api/nodes', managementUrl);
  const headers = { authorization: `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}` };
  url.username = url.password = '';
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(3_000) });
    /** @type {{ running: boolean }[]} */
    const nodes = await answer.json();
    return nodes.filter(({ running }) => running).length;
  } catch {
    return 0;
  }
}
