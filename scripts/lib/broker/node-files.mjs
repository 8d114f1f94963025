import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ amqp?: number, management?: number, distribution?: number, epmd?: number }} NodePorts */

/** @typedef {{ nodeName: string, clusterName: string, ports: NodePorts }} NodeIdentity */

/**
 * Names that stay for as long as the data does: RabbitMQ files its data under the node's name.
 * @param {string} directory @returns {NodeIdentity}
 */
export function readIdentity(directory) {
  try {
    return JSON.parse(readFileSync(join(directory, 'identity.json'), 'utf8'));
  } catch {
    const name = `warren-${randomBytes(4).toString('hex')}`;
    return { nodeName: `${name}@localhost`, clusterName: name, ports: {} };
  }
}

/** @param {string} directory @param {NodeIdentity} identity */
export function writeIdentity(directory, identity) {
  writeFileSync(join(directory, 'identity.json'), JSON.stringify(identity));
}

/**
 * When RabbitMQ cannot hand on what came due in a delay level, it tries again after so long; its own default is three minutes. A
 * restart is enough for that to happen: a level may begin before the exchange that it hands on to is there again.
 */
export const TRY_AGAIN_AFTER_30_S = '-rabbit dead_letter_worker_publisher_confirm_timeout 30000';

/** Busy-waiting schedulers would take the processor from the workers beside it; the distribution listens on loopback. */
const ERLANG_ARGUMENTS = [
  '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  '-kernel inet_dist_use_interface {127,0,0,1}',
  TRY_AGAIN_AFTER_30_S,
].join(' ');

/**
 * @typedef {object} Membership what makes a node one of a cluster
 * @property {string} nodeName its own, as in "n1@localhost"
 * @property {string} clusterName of all of them
 * @property {string[]} peers the names of all of them, its own included
 * @property {string} cookie the secret by which they know each other
 * @property {number} epmdPort where their port mapper listens
 * @property {boolean} keepsPortMapper whether the port mapper is this node's child; one of them keeps it
 */

/**
 * Writes all that a private node reads: configuration, plugins, cookie.
 * @param {string} directory
 * @param {{ ports: NodePorts, clusterName: string, management: boolean, membership?: Membership }} node
 */
export function writeNodeFiles(directory, { ports, clusterName, management, membership }) {
  for (const folder of ['home', 'data', 'log', 'etc', 'etc/conf.d'])
    mkdirSync(join(directory, folder), { recursive: true });
  const write = (/** @type {string} */ file, /** @type {string[]} */ ...lines) =>
    writeFileSync(join(directory, 'etc', file), `${lines.join('\n')}\n`);
  write(
    'rabbitmq.conf',
    `cluster_name = ${clusterName}`,
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'vm_memory_high_watermark.absolute = 1GB',
    'disk_free_limit.absolute = 50MB',
    // The default of 512 MB is memory and disk that a few thousand small tasks never need.
    'raft.wal_max_size_bytes = 67108864',
    ...(membership === undefined ? [] : clusterLines(membership)),
    ...(management
      ? [
          'management.tcp.ip = 127.0.0.1',
          `management.tcp.port = ${ports.management}`,
          'collect_statistics_interval = 1000',
        ]
      : []),
  );
  // Without this tick the management API's counts of quorum queues lag by up to 10 s.
  write('advanced.config', management ? '[{rabbit, [{quorum_tick_interval, 1000}]}].' : '[].');
  write('enabled_plugins', management ? '[rabbitmq_management].' : '[].');
  write('rabbitmq-env.conf');
  const cookie = join(directory, 'home', '.erlang.cookie');
  if (!existsSync(cookie))
    writeFileSync(cookie, membership?.cookie ?? randomBytes(20).toString('hex'), { mode: 0o400 });
}

/** @param {Membership} membership */
function clusterLines({ peers }) {
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...peers.map((peer, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${peer}`),
    // A node that sees less than half of the others stops serving, so that two halves cannot both go on.
    'cluster_partition_handling = pause_minority',
  ];
}

/**
 * The environment that keeps all of a node's state in one folder. Other RABBITMQ_ and ERL_ variables are dropped: they would
 * point at the system's node.
 * @param {string} directory @param {{ ports: NodePorts, nodeName: string }} node @returns {NodeJS.ProcessEnv}
 */
export function nodeEnvironment(directory, { ports, nodeName }) {
  const isForeign = (/** @type {string} */ name) => /^(RABBITMQ|ERL)_/.test(name) || name === 'RUNNING_UNDER_SYSTEMD';
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
  const inside = (/** @type {string[]} */ ...parts) => join(directory, ...parts);
  return {
    ...inherited,
    HOME: inside('home'),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP: inside('log', 'erl_crash.dump'),
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_USE_LONGNAME: 'false',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: inside('data'),
    RABBITMQ_LOG_BASE: inside('log'),
    RABBITMQ_CONFIG_FILE: inside('etc', 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: inside('etc', 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: inside('etc', 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: inside('etc', 'rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inside('etc', 'enabled_plugins'),
    RABBITMQ_SCHEMA_DIR: inside('data', 'schema'),
    RABBITMQ_GENERATED_CONFIG_DIR: inside('data', 'generated'),
    RABBITMQ_PID_FILE: inside('data', 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: ERLANG_ARGUMENTS,
    // The start script then becomes the broker (exec) instead of staying as its parent: its process id is the broker's.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}
