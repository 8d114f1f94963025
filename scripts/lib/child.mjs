import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { commandLine, endProcess } from './process-table.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/**
 * Starts a process whose output goes to a file. It gets a process group of its own: Ctrl-C on a terminal goes to the whole
 * group, and the order of stopping is ours to keep.
 * @param {string} file @param {readonly string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string }} options
 */
export function spawnLogged(file, args, { cwd, env, log }) {
  const output = openSync(log, 'a');
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
  child.once('error', () => child.emit('exit', 127, null));
  closeSync(output);
  return child;
}

/** Whether there is no process behind it, or none any more. @param {ChildProcess | undefined} child */
export function hasEnded(child) {
  return child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Ends a child: SIGTERM, then SIGKILL. @param {ChildProcess | undefined} child @param {number} patience milliseconds between the two */
export async function endChild(child, patience) {
  if (child?.pid !== undefined && !hasEnded(child)) await endProcess(child.pid, patience);
}

/**
 * Ends what an earlier run has left behind.
 * @param {unknown} pid as that run wrote it down
 * @param {string} mark what its command line must hold: the id may be a stranger's by now
 * @param {number} patience milliseconds between SIGTERM and SIGKILL
 */
export async function endIfStill(pid, mark, patience) {
  if (typeof pid === 'number' && (await commandLine(pid)).includes(mark)) await endProcess(pid, patience);
}
