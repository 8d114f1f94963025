import { readdirSync, readFileSync } from 'node:fs';

/** The system's clock ticks a second, in which Linux counts processor time; 100 on every architecture that Node runs on. */
const TICKS = 100;
const PAGE = 4_096;
const MEBIBYTE = 2 ** 20;

/** @typedef {{ pid: number, parent: number, seconds: number, resident: number }} Process resident: MiB */

/** A process and all that descend from it; nothing where there is no /proc. @param {number | undefined} pid @returns {Process[]} */
export function processTree(pid) {
  const all = everyProcess();
  /** @type {Process[]} */
  const tree = all.filter((one) => one.pid === pid);
  for (const { pid: parent } of tree) tree.push(...all.filter((one) => one.parent === parent));
  return tree;
}

/** Seconds of the processor that a process and its children have used; NaN where that cannot be read. @param {number | undefined} pid */
export function processorSeconds(pid) {
  const tree = processTree(pid);
  return tree.length === 0 ? Number.NaN : tree.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Resident memory of a process and its children in MiB; NaN where that cannot be read. @param {number | undefined} pid */
export function residentMemory(pid) {
  const tree = processTree(pid);
  return tree.length === 0 ? Number.NaN : tree.reduce((sum, { resident }) => sum + resident, 0);
}

/** @returns {Process[]} */
function everyProcess() {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
  } catch {
    return []; // not Linux
  }
}

/** @param {number} pid @returns {Process[]} */
function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold anything; the fields after it are counted from the third on.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system, pages] = [1, 11, 12, 21].map((index) => Number(fields[index]));
    return [{ pid, parent, seconds: (user + system) / TICKS, resident: (pages * PAGE) / MEBIBYTE }];
  } catch {
    return []; // it has ended
  }
}
