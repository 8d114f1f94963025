import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inCheckout, root } from './checkout.mjs';
import { run } from './command.mjs';

/** Each app's folder and its main program. `cli`: the command line; `chaos` and `bench`: the programs of those commands. */
const APPS = {
  producer: { folder: 'apps/producer', main: 'main' },
  worker: { folder: 'apps/worker', main: 'main' },
  cli: { folder: 'apps/cli', main: 'main' },
  dashboard: { folder: 'apps/dashboard', main: 'main' },
  chaos: { folder: 'test/chaos', main: 'worker' },
  bench: { folder: 'bench', main: 'worker' },
};

/** @typedef {keyof typeof APPS} App */

/**
 * The program that `nest build` makes of an app: the tsc builder keeps the monorepo's folders.
 * @param {App} app @param {string} [program] another than the main one
 */
export const builtApp = (app, program = APPS[app].main) =>
  inCheckout('dist', APPS[app].folder, APPS[app].folder, 'src', `${program}.js`);

/** Says which sources the build was made of. @param {App} app */
const stampFile = (app) => inCheckout('dist', APPS[app].folder, '.sources');

/** A digest of all that goes into an app's build. @param {App} app */
function digestSources(app) {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'nest-cli.json', 'tsconfig.json', `${APPS[app].folder}/tsconfig.app.json`];
  for (const folder of ['libs', `${APPS[app].folder}/src`]) {
    for (const entry of readdirSync(inCheckout(folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !entry.name.endsWith('.spec.ts')) files.push(join(entry.parentPath, entry.name));
    }
  }
  for (const file of files.map((name) => (name.startsWith(root) ? name : inCheckout(name))).sort()) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {App} app @param {string} digest */
function isBuilt(app, digest) {
  return existsSync(builtApp(app)) && existsSync(stampFile(app)) && readFileSync(stampFile(app), 'utf8') === digest;
}

/**
 * Builds the apps whose sources have changed since their last build. Files are replaced where they stand, so that an app
 * that runs from them goes on.
 * @param {import('./say.mjs').Voice} voice @param {readonly App[]} [apps] default: those that users run
 * @returns {Promise<boolean>} whether there was something to build
 */
export async function buildApps(voice, apps = ['producer', 'worker', 'dashboard']) {
  const stale = apps
    .map((app) => ({ app, digest: digestSources(app) }))
    .filter(({ app, digest }) => !isBuilt(app, digest));
  if (stale.length === 0) return false;
  const names = stale.map(({ app }) => app).join(', ');
  voice.doing('build', names);
  const started = performance.now();
  const nest = inCheckout('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await Promise.all(
    stale.map(async ({ app, digest }) => {
      await run(process.execPath, [nest, 'build', app], { cwd: root });
      writeFileSync(stampFile(app), digest);
    }),
  );
  voice.done('build', `${names} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
  return true;
}
