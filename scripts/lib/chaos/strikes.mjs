import { setTimeout as delay } from 'node:timers/promises';
import { rabbitmqctl } from '../broker/rabbitmqctl.mjs';

/** A node that was frozen or killed comes back by itself; one that does not in this time is killed and started again. */
const RETURN_TIMEOUT = 60_000;
/** How long a connection to close is waited for. */
const CONNECTIONS_TIMEOUT = 5_000;
/** What nobody is short of, and what everybody is short of. */
const WATERMARKS = { calm: '1GB', alarm: '1MB' };

/**
 * @typedef {object} Stricken what can be struck
 * @property {import('./broker.mjs').BrokerUnderChaos} broker
 * @property {import('./crew.mjs').Crew} crew
 * @property {string} sacrificed the name of the queue that may be deleted
 * @property {(endedAt: number) => void} onDeletion
 */

/**
 * @typedef {import('./plan.mjs').Fault} Fault
 * @typedef {(said: string) => void} Say what was struck, once it is
 * @typedef {(fault: Fault, stricken: Stricken, say: Say, signal: AbortSignal) => Promise<void>} Strike resolves when it is over
 */

/** How each kind of fault is done. @type {Record<string, Strike>} */
export const strikes = {
  'worker-kill': async ({ pick, lasts }, { crew }, say, signal) => {
    const post = pickOf(
      crew.workers.filter(({ isHeld }) => isHeld),
      pick,
    );
    if (post === undefined) return say('nobody: every worker is down');
    say(`${post.name} (pid ${post.pid})`);
    await post.kill();
    await pause(lasts, signal);
    if (signal.aborted) return;
    post.fill();
    post.keepFilled();
  },

  'connection-close': async ({ pick, whim }, { broker: { management } }, say) => {
    if (management === undefined) return;
    const open = await someConnections(management);
    // Now and then all of them, as when a node is told to drain.
    const chosen = whim < 0.2 ? open : open.slice(Math.floor(pick * open.length)).slice(0, 1);
    const closed = await Promise.all(chosen.map((name) => management.closeConnection(name)));
    say(`${closed.filter(Boolean).length} of ${open.length} connections`);
  },

  blackhole: async ({ pick, whim, lasts }, { crew }, say, signal) => {
    const post = pickOf(crew.posts, pick);
    if (post === undefined) return;
    const cut = whim < 0.5;
    say(`${post.name} for ${seconds(lasts)}, ${cut ? 'then its connections are gone' : 'then all arrives late'}`);
    post.silence();
    await pause(lasts, signal);
    post.heal({ cut });
  },

  'broker-kill': async ({ pick, lasts }, { broker }, say, signal) => {
    const node = pickOf(broker.nodes, pick);
    if (node === undefined) return;
    say(`${nameOf(broker, node)} (pid ${node.pid ?? 'in a container'}), down for ${seconds(lasts)}`);
    await node.kill();
    await pause(lasts, signal);
    if (signal.aborted) return;
    await node.restart();
    await broker.untilWhole(signal);
  },

  'broker-freeze': async ({ pick, lasts }, { broker }, say, signal) => {
    const node = pickOf(broker.nodes, pick);
    if (node?.pid === undefined) return;
    say(`${nameOf(broker, node)} (pid ${node.pid}) for ${seconds(lasts)}`);
    process.kill(node.pid, 'SIGSTOP');
    await pause(lasts, signal);
    process.kill(node.pid, 'SIGCONT');
    const isBack = await Promise.race([
      broker.untilWhole(signal).then(
        () => true,
        () => false,
      ),
      delay(RETURN_TIMEOUT, false, { ref: false }),
    ]);
    if (isBack || signal.aborted) return;
    say(`${nameOf(broker, node)} did not come back after its freeze: killed and started again`);
    await node.kill();
    await node.restart();
    await broker.untilWhole(signal);
  },

  'queue-delete': async (_fault, { broker: { management }, sacrificed, onDeletion }, say) => {
    // Whether it was deleted is not known when the answer is lost: then it counts as deleted.
    const existed = await management?.deleteQueue(sacrificed).finally(() => onDeletion(Date.now()));
    say(existed ? sacrificed : `${sacrificed}, which was not there`);
  },

  alarm: async ({ pick, lasts }, { broker }, say, signal) => {
    const directory = pickOf(broker.directories, pick);
    if (directory === undefined) return;
    const setWatermark = (/** @type {string} */ bytes) =>
      rabbitmqctl(directory, 'set_vm_memory_high_watermark', 'absolute', bytes);
    await setWatermark(WATERMARKS.alarm);
    say(`memory, for ${seconds(lasts)}`);
    await pause(lasts, signal);
    await setWatermark(WATERMARKS.calm);
  },
};

/** Why a kind of fault cannot be done to this broker; undefined when it can. @param {string} kind @param {import('./broker.mjs').BrokerUnderChaos} broker */
export function whyLeftOut(kind, broker) {
  if (kind === 'worker-kill') return undefined;
  if (broker.nodes.length === 0) {
    if (kind !== 'blackhole') return 'the broker is not the run’s own';
    return broker.urls.every((url) => url.startsWith('amqp:')) ? undefined : 'a proxy cannot stand in a TLS connection';
  }
  if (kind === 'broker-freeze' && broker.nodes.some(({ pid }) => pid === undefined))
    return 'the broker is in a container';
  return undefined;
}

/** @template Item @param {readonly Item[]} items @param {number} pick 0 to 1 @returns {Item | undefined} */
const pickOf = (items, pick) => items[Math.floor(pick * items.length)];

/** @param {import('./broker.mjs').BrokerUnderChaos} broker @param {import('../broker/kept-node.mjs').KeptNode} node */
const nameOf = ({ nodes }, node) => (nodes.length === 1 ? 'the node' : `node ${nodes.indexOf(node) + 1}`);

/** @param {number} milliseconds */
const seconds = (milliseconds) => `${(milliseconds / 1_000).toFixed(1)} s`;

/** After a restart it takes a moment until processes are connected, and another until the API knows. @param {import('./management.mjs').Management} management */
async function someConnections(management) {
  const deadline = Date.now() + CONNECTIONS_TIMEOUT;
  for (;;) {
    const connections = await management.connections();
    if (connections.length > 0 || Date.now() > deadline) return connections;
    await delay(200);
  }
}

/** Resolves in time, or as soon as the run is given up. @param {number} milliseconds @param {AbortSignal} signal */
async function pause(milliseconds, signal) {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
