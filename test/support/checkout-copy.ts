import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { projectRoot } from './project-files';
import { wordsOf } from './shell-words';

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Not a source: made by a build, or installed. */
const MADE = ['node_modules', 'dist', 'var'];

/** What npm and npx are told for a test: a folder of its own for what they keep, and that no registry is asked. */
export function offline(folder: string): Record<string, string> {
  return { npm_config_cache: join(folder, 'npm'), npm_config_offline: 'true', npm_config_update_notifier: 'false' };
}

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
  run(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    return this.end(process.execPath, [script, ...args], { ...process.env, ...env });
  }

  /** Runs a command line in it as it is typed, by npx or npm themselves, which ask no registry. */
  typed(line: string): Promise<CommandResult> {
    const [program = '', ...args] = wordsOf(line);
    // What npm tells the programs that it starts, as these tests, is of the checkout that the tests run in.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
    return this.end(program, args, { ...Object.fromEntries(env), ...offline(join(this.folder, 'var')) });
  }

  private async end(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
    const options = { cwd: this.folder, env, maxBuffer: 10_000_000 };
    const plain = (code: number, { stdout, stderr }: { stdout: string; stderr: string }): CommandResult => ({
      code,
      out: stripVTControlCharacters(stdout),
      err: stripVTControlCharacters(stderr),
    });
    return promisify(execFile)(program, args, options).then(
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
