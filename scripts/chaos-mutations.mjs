// npm run chaos:mutations: shows that the proof of npm run chaos can fail. Works on a copy of the checkout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutations, unchanged } from './lib/chaos/mutations.mjs';
import { inCheckout } from './lib/checkout.mjs';
import { runCommand } from './lib/command-line.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const usage = `npm run chaos:mutations [-- flags]

Switches off one keeper of a promise after the other, in a copy of the checkout, and runs npm run chaos each time: losses must be
found, and none in the code as it is. Takes about seven minutes.

  --only N   only the N-th of them; 0 is the code as it is
  --help     this text

Exit codes: 0 each was found, 1 one was not, 2 wrong usage, 3 no broker.`;

/** What a run of the command needs of the checkout. */
const COPIED = ['libs', 'scripts', 'test/chaos', 'nest-cli.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

const voice = new Voice();

await runCommand(voice, { usage, flags: { only: { type: 'string' } } }, async ({ only }, stopRequest) => {
  await installDependencies(voice);
  const folder = mkdtempSync(join(tmpdir(), 'warren-mutations-'));
  try {
    for (const path of COPIED) cpSync(inCheckout(path), join(folder, path), { recursive: true });
    symlinkSync(inCheckout('node_modules'), join(folder, 'node_modules'), 'junction');
    mkdirSync(join(folder, 'tmp'));
    const rows = [];
    for (const [index, mutation] of [unchanged, ...mutations].entries()) {
      if (only !== undefined && only !== String(index)) continue;
      rows.push(await tryOut(mutation, index > 0, folder, stopRequest));
    }
    voice.line(`\n  ${'switched off'.padEnd(62)} ${'sent'.padStart(6)} ${'lost'.padStart(6)}`);
    for (const { what, sent, lost, shouldLose, isRight } of rows) {
      const line = `${what.padEnd(62)} ${String(sent).padStart(6)} ${String(lost).padStart(6)}`;
      if (isRight) voice.line(`  ${line}`);
      else voice.fail(`${line}   ${shouldLose ? 'nobody noticed' : 'nothing may go wrong here'}`);
    }
    return rows.every(({ isRight }) => isRight) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * @param {import('./lib/chaos/mutations.mjs').Mutation} mutation @param {boolean} shouldLose @param {string} folder the copy
 * @param {import('./lib/stop-request.mjs').StopRequest} stopRequest
 */
async function tryOut({ what, patches, seed, flags }, shouldLose, folder, stopRequest) {
  voice.line(`\n  ${what}: npm run chaos -- --seed ${seed} ${flags.join(' ')}`);
  const originals = patches.map(({ file }) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  try {
    for (const patch of patches) apply(patch, folder);
    const json = join(folder, 'report.json');
    rmSync(json, { force: true });
    const code = await runChaos([...flags, '--seed', seed, '--json', json], folder, stopRequest);
    stopRequest.signal.throwIfAborted();
    if (code > 1 || !existsSync(json)) throw new Failure('the run did not come to its end', Math.max(code, 1));
    const { kept } = JSON.parse(readFileSync(json, 'utf8'));
    return { what, ...kept, shouldLose, isRight: shouldLose ? kept.lost > 0 : code === 0 };
  } finally {
    for (const { file, text } of originals) writeFileSync(join(folder, file), text);
  }
}

/** @param {{ file: string, from: string, to: string }} patch @param {string} folder */
function apply({ file, from, to }, folder) {
  const text = readFileSync(join(folder, file), 'utf8');
  if (text.split(from).length !== 2) {
    throw new Failure(
      `${file} does not hold this text exactly once: ${JSON.stringify(from)}. The code has changed: so must scripts/lib/chaos/mutations.mjs`,
    );
  }
  writeFileSync(
    join(folder, file),
    text.replace(from, () => to),
  );
}

/** @param {string[]} flags @param {string} folder @param {import('./lib/stop-request.mjs').StopRequest} stopRequest @returns {Promise<number>} the exit code */
async function runChaos(flags, folder, { signal }) {
  signal.throwIfAborted();
  // The faults are the private broker's: one that AMQP_URL names stays out of it. What a run with losses keeps goes with the copy.
  const env = { ...process.env, AMQP_URL: '', CLOUDAMQP_URL: '', TMPDIR: join(folder, 'tmp') };
  const args = [join(folder, 'scripts', 'chaos.mjs'), ...flags];
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'inherit', detached: true });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const [code] = await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  return code ?? 1;
}
