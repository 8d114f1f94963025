import { Failure } from '../../scripts/lib/failure.mjs';
import { contestants, REFERENCE } from './contestants.mjs';
import { showCase } from './report.mjs';
import { NO_TIME, entriesOf, runRounds } from './rounds.mjs';
import { Stage } from './stage.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../../scripts/lib/say.mjs').Voice} Voice */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** Milliseconds that one job may take. */
const TIMEOUT = { quick: 30_000, full: 300_000 };
const ROUNDS = { quick: { rounds: 2, warmUp: 0 }, full: { rounds: 3, warmUp: 1 } };
/** Milliseconds after its beginning in which a quick run begins another case or round: it ends within two minutes. */
const QUICK_TIME = 95_000;
/** And after which it ends what it is at. */
const QUICK_END = 110_000;

/**
 * Makes the contestants runnable. Who cannot be had is said, with the reason.
 * @param {Voice} voice @param {readonly Case[]} cases only those who take part in one of them
 * @param {readonly string[]} wanted only these names; none: all
 */
export async function obtainContestants(voice, cases, wanted) {
  const names = new Set(cases.flatMap(({ participants }) => participants.map(({ contestant }) => contestant)));
  /** @type {Map<string, Contestant>} */
  const obtained = new Map();
  /** @type {Record<string, string>} */
  const versions = {};
  /** @type {Record<string, string>} */
  const absent = {};
  for (const contestant of contestants) {
    const { name } = contestant;
    if (!names.has(name) || (wanted.length > 0 && !wanted.includes(name))) continue;
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
 * Measures the cases one after the other.
 * @param {Voice} voice @param {import('./private-broker.mjs').Surroundings} surroundings @param {readonly Case[]} cases
 * @param {object} options
 * @param {ReadonlyMap<string, Contestant>} options.obtained
 * @param {boolean} options.isQuick with short deadlines and two rounds
 * @param {number | undefined} options.rounds undefined: the default
 * @param {number} options.startedAt of the command, by performance.now(); a quick run of all cases is over two minutes later
 * @param {boolean} options.isLimited whether that counts
 * @param {AbortSignal} options.signal
 * @returns {Promise<{ results: CaseResult[], unmeasured: Record<string, string> }>} unmeasured: names of cases, and why they were left out
 */
export async function compare(voice, { url, brokerPid, folder }, cases, options) {
  const { obtained, isQuick, rounds, startedAt, isLimited, signal } = options;
  const scale = isQuick ? 'quick' : 'full';
  const isOver = () => isLimited && performance.now() - startedAt > QUICK_TIME;
  const until = isLimited ? startedAt + QUICK_END : Infinity;
  const reference = /** @type {Contestant} */ (contestants.find(({ name }) => name === REFERENCE));
  const stage = await Stage.open({ url, brokerPid, folder, timeout: TIMEOUT[scale], until, signal }, reference);
  /** @type {CaseResult[]} */
  const results = [];
  /** @type {Record<string, string>} */
  const unmeasured = {};
  try {
    for (const [index, benchCase] of cases.entries()) {
      const entries = entriesOf(benchCase, obtained);
      if (entries.length === 0 || isOver()) {
        unmeasured[benchCase.name] = isOver() ? NO_TIME : 'none of its contestants is here';
        continue;
      }
      const result = await runRounds(benchCase, entries, {
        ...ROUNDS[scale],
        ...(benchCase.hasWarmUpRound === false && { warmUp: 0 }),
        ...(rounds !== undefined && { rounds }),
        reference: REFERENCE,
        isOver,
        measure: (entry) => measureOnce(stage, benchCase, entry, isQuick),
        onProgress: (text) => voice.doing(`${index + 1}/${cases.length}`, `${benchCase.title}, ${text}`),
      });
      await stage.clear();
      for (const { contestant, job } of entries) {
        if (contestant.isRabbit !== false) await stage.queues.delete(job.queue);
      }
      results.push(result);
      showCase(voice, result);
    }
  } finally {
    await stage.close();
  }
  return { results, unmeasured };
}

/** One round of one contestant; when it fails none of its programs goes on. @param {Stage} stage @param {Case} benchCase @param {import('./rounds.mjs').Entry} entry @param {boolean} isQuick */
async function measureOnce(stage, benchCase, entry, isQuick) {
  try {
    return await benchCase.measure(stage, entry, { isQuick });
  } catch (error) {
    await stage.reset();
    stage.signal.throwIfAborted(); // a run that is stopped has not failed
    throw error;
  }
}
