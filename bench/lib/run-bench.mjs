import { reportFile } from '../../scripts/lib/report-file.mjs';
import { machine } from '../../scripts/lib/surroundings.mjs';
import { Measuring } from './measuring.mjs';
import { onPrivateBroker } from './private-broker.mjs';

/** Tasks that the worker handles at once. */
const CONCURRENCY = 100;

/** All else is what it is by default. */
const SETTINGS = { QUEUE_TYPE: 'quorum', WORKER_CONCURRENCY: String(CONCURRENCY) };

/**
 * What `bench:retries` and `bench:delays` have in common: a private broker and a worker, both of them gone in the end; the report.
 * @param {import('../../scripts/lib/say.mjs').Voice} voice
 * @param {import('../../scripts/lib/command-line.mjs').FlagValues} values `json`: the file for the report
 * @param {{ signal: AbortSignal }} stopRequest
 * @param {(measuring: Measuring) => Promise<{ problems: readonly string[], report: object }>} measure
 * @returns {Promise<number>} the exit code: 1 when there were problems
 */
export async function runBench(voice, values, { signal }, measure) {
  const json = reportFile(values);
  const startedAt = new Date().toISOString();
  return onPrivateBroker(voice, signal, async ({ url, folder, versions }) => {
    const env = { ...SETTINGS, AMQP_URL: url };
    const { problems, report } = await measureOn(new Measuring({ env, folder, signal }), measure);
    for (const problem of problems) voice.fail(problem);
    json?.write({ ...report, problems, versions, machine: machine(), startedAt });
    return problems.length === 0;
  });
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
