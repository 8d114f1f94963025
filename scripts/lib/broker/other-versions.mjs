import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { stateDirectory, variable } from '../checkout.mjs';
import { run } from '../command.mjs';
import { Failure } from '../failure.mjs';
import { LockHeld, RunLock } from '../run-lock.mjs';
import { canUnpackPackages, unpackPackages } from './apt-folder.mjs';

/** Exit code of every command that needs a broker and has found none. */
const NO_BROKER = 3;

/** The suite of Debian that has each version. */
const SUITES = new Map([
  ['4.0', 'trixie'],
  ['4.3', 'sid'],
]);

/** Versions of RabbitMQ that can be had beside the machine's own. */
export const OTHER_VERSIONS = [...SUITES.keys()];

/**
 * Debian's archive among the package sources of this machine: the one that its own suite comes from.
 * @param {string} targets what `apt-get indextargets` prints in TARGET_FORMAT
 * @param {Readonly<Record<string, string | undefined>>} os the machine's os-release
 * @returns {string | undefined} undefined: the machine is no Debian
 */
export function debianArchive(targets, { ID, VERSION_CODENAME }) {
  if (ID !== 'debian') return undefined;
  const sources = targets.split('\n').map((line) => line.split(' '));
  return sources.find(([, suite, component]) => suite === VERSION_CODENAME && component === 'main')?.[0];
}

const TARGET_FORMAT = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * A start script of `bin/`. In a user and mount namespace of its own the packages' `usr/` lies over the machine's, for this one
 * process and its children: no rights are needed, and every other folder is the machine's. The process id stays the same.
 * @param {string} program as seen inside
 */
export const startScript = (program) => `#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")/root
exec unshare --user --map-root-user --mount /bin/sh -c 'mount --bind "$0/usr" /usr && exec "$@"' "$root" ${program} "$@"
`;

/** Nothing counts as installed, so all that RabbitMQ depends on comes along, but for what a Debian cannot be without. */
const NAMES = ['rabbitmq-server', 'mawk', '?essential'];

const PROGRAMS = {
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
  rabbitmqctl: '/usr/lib/rabbitmq/bin/rabbitmqctl',
  epmd: '/usr/bin/epmd',
};

/**
 * Another RabbitMQ than the machine's own, in a folder of this checkout: downloaded the first time, found there again afterwards.
 * The system's packages stay as they are, and root is not needed.
 * @param {string} version one of OTHER_VERSIONS @param {import('../say.mjs').Voice} voice
 * @returns {Promise<{ bin: string, version: string }>} the folder of its start scripts (see WARREN_RABBITMQ_BIN) and what it
 * really is, for a suite moves on; rejects with a Failure (exit code 3) where that is not possible
 */
export async function obtainOtherVersion(version, voice) {
  const suite = /** @type {string} */ (SUITES.get(version));
  // `bin/` holds the start scripts, `root/` the packages' files; the folder can be deleted at any time.
  const folder = join(stateDirectory, 'brokers', version);
  await assertNamespaces();
  if (!existsSync(folder)) {
    voice.doing('broker', `downloading RabbitMQ ${version} (Debian ${suite}) into ${folder}`);
    const lock = await RunLock.take(`${folder}.lock`, 'test-brokers').catch((error) => {
      if (!(error instanceof LockHeld)) throw error;
      throw new Failure(`process ${error.record.pid} is downloading RabbitMQ ${version} just now`);
    });
    try {
      await install(suite, folder);
    } finally {
      lock.release();
    }
  }
  const found = installedVersion(folder);
  voice.done('broker', `RabbitMQ ${found} in ${folder}`);
  if (!found.startsWith(`${version}.`)) voice.warn(`Debian ${suite} has RabbitMQ ${found}, no longer ${version}.`);
  return { bin: join(folder, 'bin'), version: found };
}

/** @param {string} suite @param {string} folder complete, or not there at all */
async function install(suite, folder) {
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const [scratch, root, bin] = ['apt', 'root', 'bin'].map((name) => join(draft, name));
  const source = await sourceOf(suite);
  mkdirSync(bin, { recursive: true });
  await unpackPackages(NAMES, { root, scratch, source }).catch((error) => {
    throw new Failure(`RabbitMQ cannot be downloaded; the first run needs the network.\n${error.message}`, NO_BROKER);
  });
  for (const [name, program] of Object.entries(PROGRAMS))
    writeFileSync(join(bin, name), startScript(program), { mode: 0o755 });
  renameSync(draft, folder);
}

/** The line of a sources list for a suite. @param {string} suite */
async function sourceOf(suite) {
  if (!canUnpackPackages())
    throw new Failure(`RabbitMQ comes from Debian's packages here: this needs apt-get and dpkg-deb.`, NO_BROKER);
  const os = existsSync('/etc/os-release') ? parseEnv(readFileSync('/etc/os-release', 'utf8')) : {};
  const targets = await run('apt-get', ['indextargets', '--format', TARGET_FORMAT]);
  const archive = variable('WARREN_DEBIAN_ARCHIVE') ?? debianArchive(targets, os);
  if (archive === undefined)
    throw new Failure(
      "No Debian archive among this machine's package sources; WARREN_DEBIAN_ARCHIVE=<address> names one.",
      NO_BROKER,
    );
  return `deb ${existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : ''}${archive} ${suite} main`;
}

async function assertNamespaces() {
  try {
    await run('unshare', ['--user', '--map-root-user', '--mount', 'true']);
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new Failure(
      `another RabbitMQ runs in a Linux user namespace, which this machine does not allow.\n${reason}`,
      NO_BROKER,
    );
  }
}

/** @param {string} folder */
function installedVersion(folder) {
  const prefix = 'rabbitmq_server-';
  const server = readdirSync(join(folder, 'root/usr/lib/rabbitmq/lib')).find((name) => name.startsWith(prefix));
  if (server === undefined) throw new Failure(`there is no RabbitMQ in ${folder}: delete it and try again`, NO_BROKER);
  return server.slice(prefix.length);
}
