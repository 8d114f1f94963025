import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * The network between a process and one node of the broker, as a proxy that can fall silent. While it is silent nothing
 * arrives and nothing is closed, in either direction; what was under way stands still.
 */
export class Link {
  #server;
  #target;
  /** @type {Set<{ client: import('node:net').Socket, upstream: import('node:net').Socket }>} */
  #pairs = new Set();
  #isSilent = false;

  /** @param {import('node:net').Server} server @param {URL} target */
  constructor(server, target) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Listens on a free port of 127.0.0.1. @param {string} amqpUrl where it leads to @returns {Promise<Link>} */
  static async open(amqpUrl) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Link(server, new URL(amqpUrl));
  }

  /** The broker's address by way of this link. */
  get url() {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(/** @type {import('node:net').AddressInfo} */ (this.#server.address()).port);
    return url.href;
  }

  /** The black hole begins. */
  silence() {
    this.#isSilent = true;
    for (const socket of this.#sockets()) socket.pause();
  }

  /** The black hole ends. What stood still arrives late, or is lost with its connections. @param {{ cut: boolean }} options */
  heal({ cut }) {
    this.#isSilent = false;
    for (const socket of this.#sockets()) {
      if (cut) socket.resetAndDestroy();
      else socket.resume();
    }
  }

  /** Can be called twice. */
  async close() {
    for (const socket of this.#sockets()) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #sockets() {
    return [...this.#pairs].flatMap(({ client, upstream }) => [client, upstream]);
  }

  /** @param {import('node:net').Socket} client */
  #accept(client) {
    const upstream = connect({
      port: Number(this.#target.port || 5672),
      host: this.#target.hostname.replace(/^\[|\]$/g, ''),
    });
    const pair = { client, upstream };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      from.setNoDelay(true);
      if (this.#isSilent) from.pause();
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (!this.#isSilent) from.resume();
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
