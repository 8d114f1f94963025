// A program as one file, with what V8 has made of it: finding, reading and compiling hundreds of small files takes longer than a
// command that asks the broker one question.
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Writes a program with all that it requires as one file. @param {string} entry its main file @param {string} file */
export async function bundle(entry, file) {
  const { build } = await import('esbuild'); // only here: a program that is there already starts without it
  const written = `${file}.${process.pid}`;
  await build({
    entryPoints: [entry],
    outfile: written,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifyWhitespace: true, // a third less to read; names stay as they are
    logLevel: 'silent',
  });
  renameSync(written, file); // another process may be reading it
  for (const name of readdirSync(dirname(file))) {
    if (name.startsWith(`${basename(file)}.`)) rmSync(join(dirname(file), name), { force: true });
  }
}

/**
 * Loads a bundled program.
 * @template Program @param {string} file
 * @returns {{ program: Program, isKept: boolean, keep: () => void }} `keep` writes down what V8 has made of it so far, for the next time
 */
export function loadBundle(file) {
  // V8 itself looks only whether the text is as long as it was. A bundle is never written to, only replaced.
  const { mtimeMs } = statSync(file);
  const kept = `${file}.${mtimeMs}-${process.versions.v8}`;
  const text = readFileSync(file, 'latin1').replace(/^#!/, '//'); // esbuild writes ASCII
  const script = new Script(`(exports, require, module, __filename, __dirname) => {${text}\n}`, {
    filename: file,
    ...(existsSync(kept) ? { cachedData: readFileSync(kept) } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return {
    program: /** @type {Program} */ (module.exports),
    isKept: script.cachedDataRejected === false,
    keep: () => {
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    },
  };
}
