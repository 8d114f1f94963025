import { spawn } from 'node:child_process';
import { inCheckout, root } from './checkout.mjs';

/**
 * Runs jest with this process's terminal.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] default: this process's
 * @returns {Promise<number>} jest's exit code
 */
export function runJest(args, env = process.env) {
  const jest = inCheckout('node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [jest, ...args], { cwd: root, env, stdio: 'inherit' });
  // Ctrl-C reaches jest by itself; whoever stops this process alone means jest.
  const pass = () => child.kill('SIGTERM');
  const wait = () => undefined;
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code ?? 1);
    });
  });
}
