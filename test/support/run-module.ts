import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const SCRIPTS = join(__dirname, '../../scripts/lib');

/**
 * Runs a function over an ES module of `scripts/lib/` in a Node of its own: jest's CommonJS cannot import it.
 * @param path as in `ports.mjs`
 * @param code a function of the module and of `input`, as text
 * @param input travels as JSON
 * @returns what the function gives, by way of JSON; rejects with what that Node wrote when the function throws
 */
export async function runModule(path: string, code: string, input?: unknown): Promise<unknown> {
  const url = pathToFileURL(join(SCRIPTS, path)).href;
  const program = `
    import * as module from ${JSON.stringify(url)};
    const result = await (${code})(module, JSON.parse(process.argv[1]));
    process.stdout.write(JSON.stringify(result ?? null));`;
  const args = ['--input-type=module', '-e', program, JSON.stringify(input ?? null)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
