import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from './failure.mjs';
import { commandLine, isAlive } from './process-table.mjs';

/** @typedef {{ pid: number, script: string, [field: string]: unknown }} RunRecord */

/** The lock is held by a process that is alive. `record` is what that process has written into it. */
export class LockHeld extends Error {
  /** @param {RunRecord} record */
  constructor(record) {
    super(`held by process ${record.pid}`);
    this.name = 'LockHeld';
    this.record = record;
  }
}

/** @param {string} file @returns {RunRecord | undefined} undefined: no such file, or torn by a crash while it was written */
export function readRunRecord(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    // Made by root, used by somebody else: the system's message names the folder.
    throw new Failure(/** @type {Error} */ (error).message);
  }
}

/** A record is worth believing while its process lives and still runs the script that wrote it. @param {RunRecord} record */
async function isHeld({ pid, script }) {
  return isAlive(pid) && (await commandLine(pid)).includes(script);
}

/**
 * One process at a time, by a file that names it and what it has started.
 * After a crash the file stays: the next one to take the lock finds it in `leftover` and can clear up after it.
 */
export class RunLock {
  #file;
  /** @type {RunRecord} */
  #record;

  /** @param {string} file @param {RunRecord} record @param {RunRecord | undefined} leftover */
  constructor(file, record, leftover) {
    this.#file = file;
    this.#record = record;
    /** What a process that died without releasing the lock had written. */
    this.leftover = leftover;
  }

  /**
   * @param {string} file its folder is made when missing
   * @param {string} script a part of this process's command line, by which a later one knows it from a stranger with the same id
   * @returns {Promise<RunLock>} rejects with LockHeld
   */
  static async take(file, script) {
    makeFolder(dirname(file));
    const record = { pid: process.pid, script };
    /** @type {RunRecord | undefined} */
    let leftover;
    for (;;) {
      try {
        writeFileSync(file, JSON.stringify(record), { flag: 'wx' });
        return new RunLock(file, record, leftover);
      } catch (error) {
        const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
        if (code !== 'EEXIST') throw new Failure(message);
      }
      leftover = await RunLock.#setAside(file);
    }
  }

  /** Takes a dead process's record out of the way. Renaming decides which of two that try at once does it. @param {string} file */
  static async #setAside(file) {
    const found = readRunRecord(file);
    if (found !== undefined && (await isHeld(found))) throw new LockHeld(found);
    const aside = `${file}.${process.pid}`;
    try {
      renameSync(file, aside);
    } catch {
      return undefined;
    }
    const moved = readRunRecord(aside);
    if (moved !== undefined && (await isHeld(moved))) {
      // Somebody was faster between the look and the rename: the lock is theirs, give it back.
      linkSync(aside, file);
      rmSync(aside);
      throw new LockHeld(moved);
    }
    rmSync(aside);
    return moved;
  }

  /** Adds to the record. @param {Record<string, unknown>} fields */
  update(fields) {
    this.#record = { ...this.#record, ...fields };
    const draft = `${this.#file}.draft`;
    writeFileSync(draft, JSON.stringify(this.#record));
    renameSync(draft, this.#file);
  }

  /** Can be called twice. */
  release() {
    if (readRunRecord(this.#file)?.pid === process.pid) rmSync(this.#file, { force: true });
  }
}
