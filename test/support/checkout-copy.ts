import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { projectRoot } from './project-files';

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Not a source: made by a build, or installed. */
const MADE = ['node_modules', 'dist', 'var'];

/** A part of this checkout in a folder of its own, with the same dependencies, for commands that write into their checkout. */
export class CheckoutCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'warren-checkout-'));

  /** @param paths files and folders from the top of the repository; close it on the line that makes it */
  constructor(paths: readonly string[]) {
    for (const path of paths)
      cpSync(join(projectRoot, path), join(this.folder, path), {
        recursive: true,
        filter: (source) => !MADE.includes(basename(source)),
      });
    symlinkSync(join(projectRoot, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs a program of Node's in it, with these variables besides those of the tests; its end is not judged. */
  async run(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    const options = { cwd: this.folder, env: { ...process.env, ...env }, maxBuffer: 10_000_000 };
    const plain = (code: number, { stdout, stderr }: { stdout: string; stderr: string }): CommandResult => ({
      code,
      out: stripVTControlCharacters(stdout),
      err: stripVTControlCharacters(stderr),
    });
    return promisify(execFile)(process.execPath, [script, ...args], options).then(
      (written) => plain(0, written),
      (error: { code: number; stdout: string; stderr: string }) => plain(error.code, error),
    );
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    return Promise.resolve();
  }
}
