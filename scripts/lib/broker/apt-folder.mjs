import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, whereIs } from '../command.mjs';

/** What dpkg knows to be installed on this machine. */
const STATUS = '/var/lib/dpkg/status';

/** Whether this machine can unpack Debian packages. */
export const canUnpackPackages = () => whereIs('apt-get') !== undefined && whereIs('dpkg-deb') !== undefined;

/**
 * What keeps apt's lists, cache and status in one folder: the machine's own are not changed.
 * @param {string} folder @param {boolean} hasSource whether the folder has a sources list of its own
 */
function aptOptions(folder, hasSource) {
  const sources = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
  };
  const settings = {
    'Dir::State': folder,
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    ...(hasSource ? sources : {}),
    'Acquire::Languages': 'none',
    // As root apt would read the folder as a user of its own, who may not.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).map(([name, value]) => `-o${name}=${value}`);
}

/**
 * Downloads Debian packages with what they depend on, and unpacks their files into a folder. Nothing is installed, no script of
 * theirs runs, the machine's own packages stay as they are, and root is not needed.
 * @param {readonly string[]} names
 * @param {object} options
 * @param {string} options.root the folder for the files
 * @param {string} options.scratch a folder for apt's lists and the downloads; it goes in the end
 * @param {string} [options.source] the line of a sources list that is the only one; then nothing counts as installed, and all that
 * the packages depend on comes along. Default: the machine's own sources, and only what the machine lacks.
 * @returns {Promise<void>} rejects with a Failure that has apt's last lines
 */
export async function unpackPackages(names, { root, scratch, source }) {
  const archives = join(scratch, 'cache', 'archives');
  for (const path of [join(scratch, 'lists', 'partial'), join(archives, 'partial'), root])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(scratch, 'status'), source === undefined ? readFileSync(STATUS) : '');
  if (source !== undefined) writeFileSync(join(scratch, 'sources.list'), `${source}\n`);
  const options = [...aptOptions(scratch, source !== undefined), '-qq'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // One of the machine's own sources may be out of order without harm: the download tells whether it was.
  await run('apt-get', [...options, ...(source === undefined ? [] : ['-eany']), 'update'], { env });
  await run('apt-get', [...options, '--no-install-recommends', '--download-only', 'install', ...names], { env });
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb')))
    await run('dpkg-deb', ['-x', join(archives, name), root]);
  // Copies of su and passwd are of no use here, and as root they would come with root's rights.
  await run('chmod', ['-R', 'ug-s', root]);
  rmSync(scratch, { recursive: true });
}
