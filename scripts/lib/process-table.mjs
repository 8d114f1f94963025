import { readFileSync } from 'node:fs';
import { run } from './command.mjs';

/** Whether a process of this id exists (its zombie does not count where the system can tell). @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  try {
    // A zombie that still has threads still has their files and sockets.
    return !/^State:\s+Z[^]*^Threads:\s+[01]$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** The command line of a process, '' when there is none: a process id alone may have been given to a stranger since. @param {number} pid */
export async function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // Not Linux, or the process has gone. A Debian without procps has /proc and no ps, a Mac the other way round.
    return (await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => '')).trim();
  }
}

/** Resolves with whether a condition came true before the deadline. @param {() => boolean} condition @param {number} timeout milliseconds */
export async function becomesTrue(condition, timeout) {
  const deadline = Date.now() + timeout;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/**
 * Ends a process: SIGTERM, then SIGKILL when it has not gone in time.
 * @param {number} pid @param {number} patience milliseconds between the two
 */
export async function endProcess(pid, patience) {
  const send = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      process.kill(pid, signal);
    } catch {
      // It has gone by itself.
    }
  };
  send('SIGTERM');
  if (await becomesTrue(() => !isAlive(pid), patience)) return;
  send('SIGKILL');
  await becomesTrue(() => !isAlive(pid), 5_000);
}
