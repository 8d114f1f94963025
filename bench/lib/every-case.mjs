import { REFERENCE } from './contestants.mjs';
import { NO_TIME, entriesOf, runRounds } from './rounds.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */
/** @typedef {import('./rounds.mjs').Entry} Entry */

/** @typedef {{ results: readonly CaseResult[], unmeasured: Readonly<Record<string, string>> }} Measured unmeasured: names of cases, and why they were left out */

/** Why a case is missing in the report of a run that was interrupted. */
const NOT_REACHED = 'the run was ended before it';

/**
 * Measures the cases one after the other; what goes wrong in one of them is on its lines, and the others go on.
 * @param {readonly Case[]} cases
 * @param {object} options
 * @param {ReadonlyMap<string, Contestant>} options.obtained
 * @param {{ rounds: number, warmUp: number }} options.counts rounds that count, and those before them in a case that has such
 * @param {() => boolean} options.isOver whether nothing more is to begin
 * @param {(benchCase: Case, entry: Entry) => Promise<Record<string, number>>} options.measure one round of one contestant. A Failure: it takes no
 *   further part; another error ends it all
 * @param {(benchCase: Case, entries: readonly Entry[]) => Promise<void>} options.tidy removes what a case has left
 * @param {(text: string, index: number) => void} options.onProgress
 * @param {(result: CaseResult, measured: Measured) => void} options.onResult after each case that was measured, with all that is known so far
 * @returns {Promise<Measured>}
 */
export async function measureCases(cases, options) {
  const { obtained, counts, isOver, measure, tidy, onProgress, onResult } = options;
  /** @type {CaseResult[]} */
  const results = [];
  /** @type {Map<string, string>} */
  const unmeasured = new Map(cases.map(({ name }) => [name, NOT_REACHED]));
  const measured = () => ({ results, unmeasured: Object.fromEntries(unmeasured) });
  for (const [index, benchCase] of cases.entries()) {
    const { name, title, hasWarmUpRound = true } = benchCase;
    const entries = entriesOf(benchCase, obtained);
    if (entries.length === 0 || isOver()) {
      unmeasured.set(name, isOver() ? NO_TIME : 'none of its contestants is here');
      continue;
    }
    const result = await runRounds(benchCase, entries, {
      rounds: counts.rounds,
      warmUp: hasWarmUpRound ? counts.warmUp : 0,
      reference: REFERENCE,
      isOver,
      measure: (entry) => measure(benchCase, entry),
      onProgress: (text) => onProgress(`${title}, ${text}`, index),
    });
    results.push(result);
    unmeasured.delete(name);
    onResult(result, measured());
    await tidy(benchCase, entries);
  }
  return measured();
}
