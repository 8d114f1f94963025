import { Failure } from '../../scripts/lib/failure.mjs';
import { allCases, chooseCases } from './cases.mjs';
import { contestants, REFERENCE } from './contestants.mjs';
import { showCase } from './report.mjs';
import { entriesOf, runRounds } from './rounds.mjs';
import { Stage } from './stage.mjs';

/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../../scripts/lib/say.mjs').Voice} Voice */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** Milliseconds that one job may take. */
const TIMEOUT = { quick: 30_000, full: 300_000 };
const ROUNDS = { quick: { rounds: 2, warmUp: 0 }, full: { rounds: 3, warmUp: 1 } };
/** Milliseconds after its beginning in which a quick run begins another round: it ends within two minutes. */
const QUICK_TIME = 95_000;

/**
 * @typedef {object} Comparison what came out of a run
 * @property {CaseResult[]} results
 * @property {Record<string, string>} versions of the contestants
 * @property {Record<string, string>} absent contestants that could not be had, and why
 * @property {string[]} unmeasured names of cases for which there was no time
 */

/**
 * Makes the contestants runnable. Who cannot be had is said, with the reason.
 * @param {Voice} voice @param {readonly string[]} wanted names @returns {Promise<{ obtained: Map<string, Contestant>, versions: Record<string, string>, absent: Record<string, string> }>}
 */
export async function obtainContestants(voice, wanted) {
  const obtained = new Map();
  /** @type {Record<string, string>} */
  const versions = {};
  /** @type {Record<string, string>} */
  const absent = {};
  for (const contestant of contestants.filter(({ name }) => wanted.includes(name))) {
    const { name } = contestant;
    try {
      await contestant.obtain(voice);
      versions[name] = await contestant.version();
      obtained.set(name, contestant);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      absent[name] = error.message;
      voice.warn(`without ${name}: ${error.message}`);
    }
  }
  return { obtained, versions, absent };
}

/**
 * Measures the chosen cases, one after the other.
 * @param {Voice} voice @param {import('./private-broker.mjs').Surroundings} surroundings @param {import('./arguments.mjs').Wishes} wishes
 * @param {{ signal: AbortSignal, startedAt: number, obtained: Map<string, Contestant> }} options startedAt: of the command, by performance.now()
 * @returns {Promise<{ results: CaseResult[], unmeasured: string[] }>}
 */
export async function compare(
  voice,
  { url, brokerPid, folder },
  { isQuick, only, rounds },
  { signal, startedAt, obtained },
) {
  const cases = chooseCases(allCases(isQuick), only, isQuick);
  const scale = isQuick ? 'quick' : 'full';
  const isOver = () => isQuick && only.length === 0 && performance.now() - startedAt > QUICK_TIME;
  const filler = /** @type {Contestant} */ (contestants.find(({ name }) => name === REFERENCE));
  const stage = await Stage.open({ url, brokerPid, folder, timeout: TIMEOUT[scale], signal }, filler);
  /** @type {CaseResult[]} */
  const results = [];
  /** @type {string[]} */
  const unmeasured = [];
  try {
    for (const [index, benchCase] of cases.entries()) {
      const entries = entriesOf(benchCase, obtained);
      if (entries.length === 0 || isOver()) {
        unmeasured.push(benchCase.name);
        continue;
      }
      const result = await runRounds(benchCase, entries, {
        ...ROUNDS[scale],
        ...(benchCase.rounds !== undefined && { rounds: benchCase.rounds }),
        ...(rounds !== undefined && { rounds }),
        reference: REFERENCE,
        isOver,
        measure: (entry) => benchCase.measure(stage, entry, { isQuick }),
        onProgress: (text) => voice.doing(`${index + 1}/${cases.length}`, `${benchCase.title}, ${text}`),
      });
      await stage.clear();
      for (const { contestant, job } of entries)
        if (contestant.isRabbit !== false) await stage.queues.delete(job.queue);
      results.push(result);
      showCase(voice, result);
    }
  } finally {
    await stage.close();
  }
  return { results, unmeasured };
}
