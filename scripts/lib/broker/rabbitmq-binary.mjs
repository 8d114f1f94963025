import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { variable } from '../checkout.mjs';
import { isExecutable, whereIs } from '../command.mjs';
import { Failure } from '../failure.mjs';

/**
 * Folders that hold the real start script. Debian's /usr/sbin/rabbitmq-server is not it: that one is a wrapper which
 * switches user and starts the *system* node, even when asked for `--version` only.
 */
const FOLDERS = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/opt/rabbitmq/sbin'];
const VERSIONED = ['/usr/lib/rabbitmq/lib', '/opt'];

/** WARREN_RABBITMQ_BIN: the folder of another RabbitMQ's rabbitmq-server, rabbitmqctl and epmd, which then are the only ones. @param {string} program */
function chosen(program) {
  const folder = variable('WARREN_RABBITMQ_BIN');
  if (folder === undefined) return undefined;
  const file = join(folder, program);
  if (!isExecutable(file)) throw new Failure(`WARREN_RABBITMQ_BIN is set, and ${file} cannot be run.`);
  return file;
}

/**
 * The start script of an installed RabbitMQ, or undefined.
 * Not looked for on Windows: its installer runs RabbitMQ as a service, which answers on localhost:5672 already.
 * @returns {string | undefined}
 */
export function findRabbitmqServer() {
  if (process.platform === 'win32') return undefined;
  const other = chosen('rabbitmq-server');
  if (other !== undefined) return other;
  const onPath = whereIs('rabbitmq-server');
  return [
    ...FOLDERS.map((folder) => join(folder, 'rabbitmq-server')),
    ...VERSIONED.flatMap(versionsIn).map((folder) => join(folder, 'sbin', 'rabbitmq-server')),
    ...(onPath === undefined || ['/usr/sbin', '/sbin'].includes(dirname(onPath)) ? [] : [onPath]),
  ].find(isExecutable);
}

/** Erlang's port mapper, which stands beside `erl`. @returns {string | undefined} */
export function findEpmd() {
  return (
    chosen('epmd') ??
    whereIs('epmd') ??
    ['/usr/bin/epmd', '/opt/homebrew/bin/epmd', '/usr/local/bin/epmd'].find(isExecutable)
  );
}

/** @param {string} folder */
function versionsIn(folder) {
  try {
    const isVersion = (/** @type {string} */ name) => name.startsWith('rabbitmq_server-');
    const newestFirst = (/** @type {string} */ a, /** @type {string} */ b) =>
      b.localeCompare(a, 'en', { numeric: true });
    return readdirSync(folder)
      .filter(isVersion)
      .sort(newestFirst)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
