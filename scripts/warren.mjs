#!/usr/bin/env node
// npx warren ...: operates the queues. Builds its program when the sources are newer, bundles it into one file, and hands everything over to it.
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, loadBundle } from './lib/bundle.mjs';
import { inCheckout, stateDirectory } from './lib/checkout.mjs';

const FAILED = 1;
const PROGRAM = inCheckout('dist', 'apps', 'cli', 'apps', 'cli', 'src', 'main.js');
const STAMP = inCheckout('dist', 'apps', 'cli', '.sources');
const BUNDLE = inCheckout('dist', 'apps', 'cli', 'warren.js');

/** @typedef {object} Program
 * @property {(args: readonly string[], surroundings: object) => Promise<number>} main
 * @property {(envFile: string) => object} processEnvironment
 * @property {() => Promise<void>} loadEverything
 */

/** When something of the program's sources was changed last, in milliseconds since 1970. */
function newestSource() {
  const times = ['package-lock.json', 'tsconfig.json', 'apps/cli/tsconfig.app.json'].map((file) => inCheckout(file));
  for (const folder of ['libs', 'apps/cli/src']) {
    const entries = readdirSync(inCheckout(folder), { recursive: true, withFileTypes: true });
    for (const { name, parentPath } of entries)
      if (name.endsWith('.ts') && !name.endsWith('.spec.ts')) times.push(join(parentPath, name));
  }
  return Math.max(...times.map((file) => statSync(file).mtimeMs));
}

/** Where there are sources (in an image there are none), the program is made of them. */
async function bringUpToDate() {
  if (!existsSync(inCheckout('apps', 'cli', 'src'))) return;
  if (existsSync(PROGRAM) && existsSync(STAMP) && statSync(STAMP).mtimeMs >= newestSource()) return;
  const [{ buildApps }, { installDependencies }, { Voice }] = await Promise.all([
    import('./lib/build.mjs'),
    import('./lib/install.mjs'),
    import('./lib/say.mjs'),
  ]);
  const voice = new Voice({ stream: process.stderr }); // standard output is the command's own
  await installDependencies(voice);
  await buildApps(voice, ['cli']);
  utimesSync(STAMP, new Date(), new Date()); // looked at, also when the sources say what they said before
}

/**
 * The program, from its bundle where one can be made.
 * @returns {Promise<ReturnType<typeof loadBundle<Program>>>}
 */
async function loadProgram() {
  try {
    if (!existsSync(BUNDLE) || statSync(BUNDLE).mtimeMs < statSync(STAMP).mtimeMs) await bundle(PROGRAM, BUNDLE);
    return loadBundle(BUNDLE);
  } catch {
    // A folder that nobody may write to, for example: from its own files it starts later, and does the same.
    return { program: createRequire(import.meta.url)(PROGRAM), isKept: true, keep: () => undefined };
  }
}

/** The broker that `npm start` or `npm run broker` keeps for this checkout, while it runs. @returns {Promise<string | undefined>} */
async function localBroker() {
  const lock = join(stateDirectory, 'node', 'node.lock');
  if (!existsSync(lock)) return undefined;
  const [{ readRunRecord }, { shakeHands }] = await Promise.all([
    import('./lib/run-lock.mjs'),
    import('./lib/broker/handshake.mjs'),
  ]);
  const url = readRunRecord(lock)?.url;
  if (typeof url !== 'string') return undefined;
  return shakeHands(url, { timeout: 3_000 }).then(
    () => url,
    () => undefined,
  );
}

/** Fires on the first Ctrl-C or SIGTERM, and when nobody reads the output any more (`| head`). A second signal ends the process. */
function endOfInterest() {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  process.stdout.on('error', end);
  process.stderr.on('error', () => undefined);
  return controller.signal;
}

try {
  await bringUpToDate();
  const { program, isKept, keep } = await loadProgram();
  const { main, processEnvironment, loadEverything } = program;
  process.exitCode = await main(process.argv.slice(2), {
    streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    environment: processEnvironment(inCheckout('.env')),
    localBroker,
    signal: endOfInterest(),
    version: createRequire(import.meta.url)('../package.json').version,
    program: [process.execPath, fileURLToPath(import.meta.url)],
    checkout: inCheckout(),
  });
  if (!isKept)
    await loadEverything()
      .then(keep)
      .catch(() => undefined);
} catch (error) {
  const isExplained = error instanceof Error && error.name === 'Failure';
  process.stderr.write(
    `warren: ${isExplained ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = FAILED;
}
