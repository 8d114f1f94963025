import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { inCheckout, root } from './checkout.mjs';

/** The machine, in one line. */
export function machine() {
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
}

/** The version of this checkout, and its commit where git knows one. @returns {{ warren: string, commit?: string }} */
export function versionOfWarren() {
  const { version } = JSON.parse(readFileSync(inCheckout('package.json'), 'utf8'));
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const isChanged = git('status', '--porcelain', 'libs', 'test/chaos', 'scripts', 'bench') !== '';
    return { warren: version, commit: `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}` };
  } catch {
    return { warren: version };
  }
}
