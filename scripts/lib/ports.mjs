import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Failure } from './failure.mjs';

const LOOPBACK = '127.0.0.1';

/**
 * Holds a port until it is released, so that several asked for together differ.
 * @param {number} port @returns {Promise<import('node:net').Server>}
 */
function hold(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

/** @param {import('node:net').Server} server @returns {Promise<void>} */
const release = (server) => new Promise((resolve) => server.close(() => resolve()));

/**
 * Below the range from which systems take the ports of outgoing connections (Linux: 32768 on), so that nobody is given the
 * port of a broker by chance while that is restarting; a client that keeps trying a closed port could even meet itself.
 * WARREN_PORTS, as in 21000-21499, narrows it: programs that run side by side then never take the port of each other's broker either.
 */
const [FIRST, LAST] = (process.env.WARREN_PORTS ?? '20000-31999').split('-').map(Number);

/** @param {number} [wish] */
async function holdAny(wish) {
  if (wish !== undefined) {
    const server = await hold(wish).catch(() => undefined);
    if (server !== undefined) return server;
  }
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const server = await hold(randomInt(FIRST, LAST + 1)).catch(() => undefined);
    if (server !== undefined) return server;
  }
  throw new Failure(`no free port between ${FIRST} and ${LAST}`);
}

/**
 * As many different free loopback ports as wished for.
 * Nothing keeps them free: whoever listens on one must be ready to find it taken and to ask again.
 * @param {readonly (number | undefined)[]} wishes one entry a port: the port wished for (used when it is free), or undefined for any
 * @returns {Promise<number[]>}
 */
export async function freePorts(wishes) {
  const held = [];
  for (const wish of wishes) held.push(await holdAny(wish));
  const ports = held.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(held.map(release));
  return ports;
}

/**
 * The first free loopback port at or after `from`, leaving out those in `taken`.
 * @param {number} from @param {ReadonlySet<number>} [taken] @returns {Promise<number>}
 */
export async function freePortFrom(from, taken = new Set()) {
  for (let port = from; port < Math.min(from + 200, 65_536); port += 1) {
    const server = taken.has(port) ? undefined : await hold(port).catch(() => undefined);
    if (server === undefined) continue;
    await release(server);
    return port;
  }
  return (await freePorts([undefined]))[0];
}
