import net from 'node:net';
import tls from 'node:tls';
import { longString, readShortString, readTable, shortString } from './field-table.mjs';

const METHOD_FRAME = 1;
const FRAME_END = 0xce;
const START = 10;
const START_OK = 11;
const TUNE = 30;
const TUNE_OK = 31;
const OPEN = 40;
const OPEN_OK = 41;
const CLOSE = 50;
const CLOSE_OK = 51;

/** With this capability RabbitMQ says why it refuses a login instead of only hanging up. */
const CLIENT_PROPERTIES = longString(
  Buffer.concat([
    shortString('capabilities'),
    Buffer.from('F'),
    longString(Buffer.concat([shortString('authentication_failure_close'), Buffer.from('t\x01')])),
  ]),
);

/**
 * @typedef {object} Broker what a broker says of itself
 * @property {string} product as in "RabbitMQ"
 * @property {string} version as in "3.10.8"
 * @property {string | undefined} clusterName
 */

/**
 * Opens an AMQP 0-9-1 connection, logs in, opens the virtual host and closes again: the proof that a broker is there and
 * lets us in, which an open port is not. Written on bare sockets because it runs before any dependency is installed.
 * @param {string} url amqp:// or amqps://
 * @param {{ timeout?: number }} [options] milliseconds for the whole conversation, default 5000
 * @returns {Promise<Broker>} rejects with an Error whose message says what was answered
 */
export async function shakeHands(url, { timeout = 5_000 } = {}) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket =
    protocol === 'amqps:'
      ? tls.connect({ host, port: Number(port || 5671), servername: net.isIP(host) ? undefined : host })
      : net.connect({ host, port: Number(port || 5672) });
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${timeout} ms`)), timeout);
  try {
    const login = [username || 'guest', password || 'guest'].map(decodeURIComponent);
    return await converse(socket, login, decodeURIComponent(pathname.slice(1)) || '/');
  } catch (error) {
    throw new Error(plainReason(error), { cause: error });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** @param {net.Socket} socket @param {string[]} login name and password @param {string} vhost @returns {Promise<Broker>} */
async function converse(socket, [name, password], vhost) {
  socket.write('AMQP\x00\x00\x09\x01');
  /** @type {Broker | undefined} */
  let broker;
  for await (const { method, args } of methods(socket)) {
    if (method === START) {
      const { product, version, cluster_name: clusterName } = readTable(args, 2).value;
      broker = { product: String(product), version: String(version), clusterName: /** @type {string} */ (clusterName) };
      send(
        socket,
        START_OK,
        CLIENT_PROPERTIES,
        shortString('PLAIN'),
        longString(`\0${name}\0${password}`),
        shortString('en_US'),
      );
    } else if (method === TUNE) {
      const noHeartbeat = Buffer.alloc(2);
      send(socket, TUNE_OK, args.subarray(0, 6), noHeartbeat);
      send(socket, OPEN, shortString(vhost), shortString(''), Buffer.alloc(1));
    } else if (method === OPEN_OK) {
      send(socket, CLOSE, Buffer.from([0, 200]), shortString('Bye'), Buffer.alloc(4));
    } else if (method === CLOSE) {
      send(socket, CLOSE_OK);
      throw new Error(`refused with ${args.readUInt16BE(0)} ${readShortString(args, 2).value}`);
    } else if (method === CLOSE_OK && broker !== undefined) {
      return broker;
    }
  }
  throw new Error(
    broker === undefined ? 'closed the connection without a word' : 'closed the connection after the login',
  );
}

/** @param {net.Socket} socket @param {number} method @param {Buffer[]} args */
function send(socket, method, ...args) {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), ...args]);
  socket.write(Buffer.concat([Buffer.from([METHOD_FRAME, 0, 0]), longString(payload), Buffer.from([FRAME_END])]));
}

/** The methods of class `connection` as they arrive. @param {net.Socket} socket */
async function* methods(socket) {
  let buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 8) {
      if (buffer[0] !== METHOD_FRAME) throw new Error('does not speak AMQP 0-9-1');
      const end = 8 + buffer.readUInt32BE(3);
      if (buffer.length < end) break;
      const payload = buffer.subarray(7, end - 1);
      yield { method: payload.readUInt16BE(2), args: payload.subarray(4) };
      buffer = buffer.subarray(end);
    }
  }
}

/** A connection tried on several addresses fails with an AggregateError, whose own message is empty. @param {unknown} error @returns {string} */
function plainReason(error) {
  if (error instanceof AggregateError) return error.errors.map(plainReason).join(', ');
  return error instanceof Error ? error.message : String(error);
}
