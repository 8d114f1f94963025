// npm run dead-letters -- list|show|redrive|purge: what is in the dead-letter queues, and what shall become of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findRunningBroker } from './lib/broker/find-broker.mjs';
import { buildApps } from './lib/build.mjs';
import { inCheckout, root } from './lib/checkout.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const NO_BROKER = 3;

const program = (/** @type {string[]} */ ...path) =>
  inCheckout('dist', 'apps', 'producer', 'apps', 'producer', 'src', ...path);

/** The program's own text, out of its source: help needs nothing installed or built. */
function usage() {
  const source = readFileSync(inCheckout('apps', 'producer', 'src', 'dead-letters', 'usage.ts'), 'utf8');
  return source.split('`')[1] ?? '';
}

// Standard output is the program's own.
const voice = new Voice({ stream: process.stderr });

/** Whether the program needs a broker: it says itself what is wrong with its arguments, and how it is used. @param {readonly string[]} args */
async function needsBroker(args) {
  const { readArguments } = await import(pathToFileURL(program('dead-letters', 'arguments.js')).href);
  try {
    return readArguments(args, Date.now()) !== undefined;
  } catch {
    return false;
  }
}

/** @returns {Promise<NodeJS.ProcessEnv>} the variables that name the broker */
async function brokerVariables() {
  const url = await findRunningBroker(voice);
  if (url === undefined)
    throw new Failure('no broker runs here: npm run broker starts one, AMQP_URL names another', NO_BROKER);
  return { AMQP_URL: url };
}

/** @param {readonly string[]} args @returns {Promise<number>} the program's exit code */
async function runProgram(args) {
  const env = { ...process.env, ...((await needsBroker(args)) ? await brokerVariables() : {}) };
  const child = spawn(process.execPath, [program('dead-letters.js'), ...args], { cwd: root, env, stdio: 'inherit' });
  // Ctrl-C reaches the program by itself, and it ends politely; whoever stops this process alone means the program.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(`${usage()}\n`);
  process.exit();
}

try {
  await installDependencies(voice);
  await buildApps(voice, ['producer']);
  process.exitCode = await runProgram(args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
