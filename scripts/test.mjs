// npm test [-- jest arguments]: from a fresh clone to a test report.
import { spawn } from 'node:child_process';
import { buildApps } from './lib/build.mjs';
import { obtainNodeKind } from './lib/broker/find-broker.mjs';
import { inCheckout, root } from './lib/checkout.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

// Jest writes its report to standard error; standard output stays free for --json.
const voice = new Voice({ stream: process.stderr });

/** @param {readonly string[]} args @returns {Promise<number>} jest's exit code */
function runJest(args) {
  const jest = inCheckout('node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [jest, ...args], { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches jest by itself; whoever stops this process alone means jest.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

try {
  await installDependencies(voice);
  // Asked before jest starts, so that a machine without a broker hears one sentence. The tests' set-up starts the broker.
  await obtainNodeKind(voice);
  await buildApps(voice);
  process.exitCode = await runJest(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
