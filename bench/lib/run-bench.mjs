import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shakeHands } from '../../scripts/lib/broker/handshake.mjs';
import { obtainNodeKind } from '../../scripts/lib/broker/find-broker.mjs';
import { KeptNode } from '../../scripts/lib/broker/kept-node.mjs';
import { buildApps } from '../../scripts/lib/build.mjs';
import { installDependencies } from '../../scripts/lib/install.mjs';
import { machine, versionOfWarren } from '../../scripts/lib/surroundings.mjs';
import { Measuring } from './measuring.mjs';

/** Tasks that the worker handles at once. */
const CONCURRENCY = 100;

/** All else is what it is by default. */
const SETTINGS = { QUEUE_TYPE: 'quorum', WORKER_CONCURRENCY: String(CONCURRENCY) };

/**
 * What every measurement has in common: the build, a private broker and a worker, all of them gone in the end; the report. The
 * logs stay where something went wrong.
 * @param {import('../../scripts/lib/say.mjs').Voice} voice
 * @param {{ json: unknown, signal: AbortSignal }} options json: the file for the report
 * @param {(measuring: Measuring) => Promise<{ problems: readonly string[], report: object }>} measure
 * @returns {Promise<number>} the exit code: 1 when there were problems
 */
export async function runBench(voice, { json, signal }, measure) {
  await installDependencies(voice);
  await buildApps(voice, ['bench']);
  const kind = await obtainNodeKind(voice);
  const folder = mkdtempSync(join(tmpdir(), 'warren-bench-'));
  let isOfUse = true;
  voice.doing('broker', 'starting a private RabbitMQ of its own');
  const startedAt = new Date().toISOString();
  try {
    const node = await KeptNode.start({ kind, directory: join(folder, 'broker'), temporary: true, signal });
    try {
      const broker = `RabbitMQ ${(await shakeHands(node.url)).version}`;
      voice.done('broker', `${broker}, a private node of its own`);
      const versions = { ...versionOfWarren(), node: process.version, broker };
      voice.done(
        'machine',
        `${machine()}, Node ${process.version}, Warren ${versions.warren} ${versions.commit ?? ''}`,
      );
      const env = { ...SETTINGS, AMQP_URL: node.url };
      const { problems, report } = await measureOn(new Measuring({ env, folder, signal }), measure);
      for (const problem of problems) voice.fail(problem);
      if (typeof json === 'string') {
        const whole = { ...report, problems, versions, machine: machine(), startedAt };
        writeFileSync(resolve(json), `${JSON.stringify(whole, undefined, 2)}\n`);
      }
      isOfUse = problems.length > 0;
      return problems.length > 0 ? 1 : 0;
    } finally {
      await node.stop();
    }
  } finally {
    if (isOfUse && !signal.aborted) voice.line(`  The logs are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** @template Result @param {Measuring} measuring @param {(measuring: Measuring) => Promise<Result>} measure */
async function measureOn(measuring, measure) {
  try {
    await measuring.untilReady();
    return await measure(measuring);
  } finally {
    await measuring.close();
  }
}

/** Why a run is not what it should be. @param {string} name @param {{ adding: { refused: readonly string[] }, missing: number }} result */
export function problemsOf(name, { adding, missing }) {
  const refused =
    adding.refused.length === 0 ? [] : [`${name}: ${adding.refused.length} adds were rejected: ${adding.refused[0]}`];
  return missing === 0 ? refused : [...refused, `${name}: ${missing} tasks are not done`];
}
