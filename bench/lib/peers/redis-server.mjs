import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { endChild, hasEnded, spawnLogged } from '../../../scripts/lib/child.mjs';
import { whereIs } from '../../../scripts/lib/command.mjs';
import { Failure } from '../../../scripts/lib/failure.mjs';
import { freePorts } from '../../../scripts/lib/ports.mjs';
import { becomesTrue } from '../../../scripts/lib/process-table.mjs';

const HOST = '127.0.0.1';
const START_TIMEOUT = 20_000;
const STOP_TIMEOUT = 10_000;

/** @typedef {'always' | 'everysec'} Fsync when Redis has its append-only file written to the disk */

/** @param {{ port: number, directory: string, fsync: Fsync }} options */
export function redisArguments({ port, directory, fsync }) {
  const settings = {
    port,
    bind: HOST,
    dir: directory,
    save: '',
    appendonly: 'yes',
    appendfsync: fsync,
    daemonize: 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/**
 * A Redis of the bench's own, on loopback, its data in a new folder that goes with it. It ends with this process, however that ends.
 * @param {readonly string[]} command what starts redis-server, without its settings
 * @param {{ folder: string, fsync: Fsync }} options
 * @returns {Promise<{ broker: { redis: { host: string, port: number } }, stop(): Promise<void> }>} rejects with a Failure
 */
export async function startRedis(command, { folder, fsync }) {
  const directory = mkdtempSync(join(folder, 'redis-'));
  const [port = 0] = await freePorts([undefined]);
  const log = join(folder, `redis-${fsync}.log`);
  // The kernel tells it when we are gone, also after a SIGKILL.
  const withUs = whereIs('setpriv') === undefined ? [] : ['setpriv', '--pdeathsig', 'TERM'];
  const [file = '', ...args] = [...withUs, ...command, ...redisArguments({ port, directory, fsync })];
  const child = spawnLogged(file, args, { cwd: directory, env: process.env, log });
  const stop = async () => {
    await endChild(child, STOP_TIMEOUT);
    rmSync(directory, { recursive: true, force: true });
  };
  let answers = false;
  const ask = () => void ping(port).then((isThere) => (answers ||= isThere));
  await becomesTrue(() => (answers || hasEnded(child) ? true : (ask(), false)), START_TIMEOUT);
  if (answers && !hasEnded(child)) return { broker: { redis: { host: HOST, port } }, stop };
  await stop();
  throw new Failure(`redis-server did not start; ${log} says why`);
}

/** Whether a Redis answers there. @param {number} port @returns {Promise<boolean>} */
function ping(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port }, () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.end();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
