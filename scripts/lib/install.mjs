import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { root } from './checkout.mjs';
import { run } from './command.mjs';

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage */

/** @param {string} file @returns {Record<string, LockedPackage>} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

/**
 * Whether what is installed is what is asked for. Packages for other systems are asked for and not installed; those of this
 * repository (`tools/`) are links, which have no version: they are there or not.
 * @param {Record<string, LockedPackage>} wanted the packages of package-lock.json
 * @param {Record<string, LockedPackage>} present those of the list that npm leaves in node_modules
 * @param {(path: string) => boolean} isLinked whether a link is there
 */
export function isInstalled(wanted, present, isLinked) {
  const isFine = (/** @type {[string, LockedPackage]} */ [path, { version, optional, devOptional }]) =>
    path in present ? present[path].version === version : optional === true || devOptional === true;
  const fromRegistry = (/** @type {[string, LockedPackage]} */ [path, { link }]) =>
    path.startsWith('node_modules/') && !link;
  const links = Object.keys(wanted).filter((path) => wanted[path].link);
  return (
    Object.keys(present).length > 0 &&
    Object.keys(present).every((path) => path in wanted) &&
    Object.entries(wanted).filter(fromRegistry).every(isFine) &&
    links.every(isLinked)
  );
}

/**
 * Installs the dependencies with `npm ci` when they are missing or not those of package-lock.json.
 * @param {import('./say.mjs').Voice} voice
 * @param {{ folder?: string, flags?: readonly string[] }} [options] folder: whose they are, default the checkout; flags: more of them for npm
 * @returns {Promise<boolean>} whether there was something to install
 */
export async function installDependencies(voice, { folder = root, flags = [] } = {}) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const present = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (isInstalled(wanted, present, (path) => existsSync(join(folder, path)))) return false;
  const whose = folder === root ? '' : ` of ${relative(root, folder)}`;
  voice.doing('install', `dependencies${whose} are missing or older than package-lock.json: npm ci`);
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', ...flags];
  const npm = process.env.npm_execpath ?? '';
  if (basename(npm).startsWith('npm')) await run(process.execPath, [npm, ...args], { cwd: folder });
  else await run('npm', args, { cwd: folder, shell: process.platform === 'win32' });
  voice.done('install', `dependencies${whose} installed`);
  return true;
}
