import { renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { textFlag } from './command-line.mjs';
import { Failure } from './failure.mjs';

const WRONG_USAGE = 2;

/** The file that `--json` names; undefined: nobody wants a report. @param {import('./command-line.mjs').FlagValues} values */
export function reportFile(values) {
  const path = textFlag(values, 'json');
  return path === undefined ? undefined : new ReportFile(path);
}

/** A report as JSON, which can be written again and again: whoever reads the file, at any time, finds one that is whole. */
export class ReportFile {
  #path;

  /** @param {string} path throws a Failure (exit code 2) when there cannot be such a file, before hours of work are for nothing */
  constructor(path) {
    this.#path = resolve(path);
    const folder = statSync(dirname(this.#path), { throwIfNoEntry: false });
    const before = statSync(this.#path, { throwIfNoEntry: false });
    if (folder?.isDirectory() === true && before?.isFile() !== false) return;
    throw new Failure(`--json takes a file in a folder that is there, not ${JSON.stringify(path)}`, WRONG_USAGE);
  }

  /** Replaces the one that was written before. @param {object} report */
  write(report) {
    this.writeText(`${JSON.stringify(report, undefined, 2)}\n`);
  }

  /** The same with a report that is text already. @param {string} text */
  writeText(text) {
    const unfinished = `${this.#path}.${process.pid}.tmp`;
    writeFileSync(unfinished, text);
    renameSync(unfinished, this.#path);
  }
}
