import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Holds a port until `close`, so that several asked for together differ. @param {number} port 0: any */
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
 * As many different free loopback ports as wished for.
 * Nothing keeps them free: whoever listens on one must be ready to find it taken and to ask again.
 * @param {readonly (number | undefined)[]} wishes one entry a port: the port wished for (used when it is free), or undefined for any
 * @returns {Promise<number[]>}
 */
export async function freePorts(wishes) {
  const held = [];
  for (const wish of wishes) held.push(await hold(wish ?? 0).catch(() => hold(0)));
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
    if (taken.has(port)) continue;
    const server = await hold(port).catch(() => undefined);
    if (server === undefined) continue;
    await release(server);
    return port;
  }
  return (await freePorts([undefined]))[0];
}
