import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Ids of the processes that know of a folder by their environment: all that a command starts which keeps its files there (`TMPDIR`).
 * Linux only; elsewhere none.
 */
export function processesOf(folder: string): string[] {
  if (!existsSync('/proc')) return [];
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return others.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      return false; // it has ended meanwhile, or is somebody else's
    }
  });
}
