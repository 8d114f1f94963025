import { REFERENCE } from './contestants.mjs';
import { goals } from './goals.mjs';
import { CaseRounds, NO_TIME, entriesOf } from './rounds.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */
/** @typedef {import('./rounds.mjs').Entry} Entry */

/** @typedef {{ results: readonly CaseResult[], unmeasured: Readonly<Record<string, string>> }} Measured unmeasured: names of cases, and why they were left out */

/** Why a case is missing in the report of a run that was interrupted. */
const NOT_REACHED = 'the run was ended before it';

/** @typedef {{ rounds: number, warmUp: number }} Counts rounds that count, and those before them in a case that has such */
/** @typedef {{ benchCase: Case, rounds: readonly number[] }} Turn rounds of a case one after the other: from 0 on, below that those of the warm-up */

/**
 * Measures the cases; what goes wrong in one of them is on its lines, and the others go on.
 * @param {readonly Case[]} cases in the order of the report
 * @param {object} options
 * @param {ReadonlyMap<string, Contestant>} options.obtained
 * @param {Counts} options.counts
 * @param {boolean} options.isRoundByRound whether each case has its first round before any has its second; default: all rounds of a case before the next one
 * @param {() => boolean} options.isOver whether nothing more is to begin
 * @param {(benchCase: Case, entry: Entry) => Promise<Record<string, number>>} options.measure one round of one contestant. A Failure: it takes no
 *   further part; another error ends it all
 * @param {(benchCase: Case, entries: readonly Entry[]) => Promise<void>} options.tidy removes what a case has left, before another one
 * @param {(text: string, index: number) => void} options.onProgress
 * @param {(measured: Measured) => void} options.onMeasured is told what is known whenever a case has left the stage
 * @param {(result: CaseResult) => void} options.onResult is told of a case when it is not measured any more
 * @returns {Promise<Measured>}
 */
export async function measureCases(cases, options) {
  const { obtained, counts, isRoundByRound, isOver, measure, tidy, onProgress, onMeasured, onResult } = options;
  /** @type {Map<string, CaseResult>} */
  const results = new Map();
  /** @type {Map<string, string>} */
  const unmeasured = new Map(cases.map(({ name }) => [name, NOT_REACHED]));
  const known = cases.map((benchCase, index) => {
    const entries = entriesOf(benchCase, obtained);
    const own = new CaseRounds(benchCase, entries, {
      rounds: counts.rounds,
      reference: REFERENCE,
      isOver,
      measure: (entry) => measure(benchCase, entry),
      onProgress: (text) => onProgress(`${benchCase.title}, ${text}`, index),
    });
    return /** @type {const} */ ([benchCase.name, { entries, own }]);
  });
  const measuring = new Map(known);
  const measured = () => ({
    results: cases.flatMap(({ name }) => results.get(name) ?? []),
    unmeasured: Object.fromEntries(unmeasured),
  });
  const turns = isRoundByRound ? roundByRound(cases, counts) : caseByCase(cases, counts);
  for (const [index, { benchCase, rounds }] of turns.entries()) {
    const { name } = benchCase;
    const { entries, own } = /** @type {{ entries: Entry[], own: CaseRounds }} */ (measuring.get(name));
    if (entries.length === 0 || isOver()) {
      if (!results.has(name)) unmeasured.set(name, isOver() ? NO_TIME : 'none of its contestants is here');
    } else {
      // A case that has begun has its first round to the end.
      for (const round of rounds) if (round <= 0 || !isOver()) await own.run(round);
      results.set(name, own.result);
      unmeasured.delete(name);
      onMeasured(measured());
      await tidy(benchCase, entries);
    }
    const result = results.get(name);
    const isLast = !turns.slice(index + 1).some((later) => later.benchCase === benchCase);
    if (isLast && result !== undefined) onResult(result);
  }
  return measured();
}

/** @param {readonly Case[]} cases @param {Counts} counts @returns {Turn[]} */
function caseByCase(cases, { rounds, warmUp }) {
  return cases.map((benchCase) => {
    const before = benchCase.hasWarmUpRound === false ? 0 : warmUp;
    return { benchCase, rounds: Array.from({ length: before + rounds }, (_, index) => index - before) };
  });
}

/** Those first that some goal has no figure of yet. No warm-up: who comes for one round warms up by himself. @param {readonly Case[]} cases @param {Counts} counts @returns {Turn[]} */
function roundByRound(cases, { rounds }) {
  const ordered = goalsFirst(cases);
  return Array.from({ length: rounds }, (_, round) =>
    ordered.map((benchCase) => ({ benchCase, rounds: [round] })),
  ).flat();
}

/**
 * The cases in such an order that each goal gets a figure before one gets a second, and those before the others that take fewer round trips: a
 * slow machine then comes to most of them. @param {readonly Case[]} cases @returns {Case[]}
 */
function goalsFirst(cases) {
  /** @type {Set<string>} */
  const seen = new Set();
  const isFirst = new Map(
    cases.map((benchCase) => {
      const isAbout = (/** @type {typeof goals[number]} */ goal) =>
        goal.figures.some(({ of }) => of === benchCase.name);
      const fresh = goals.filter((goal) => !seen.has(goal.name) && isAbout(goal));
      for (const goal of fresh) seen.add(goal.name);
      return [benchCase, fresh.length > 0];
    }),
  );
  const rank = (/** @type {Case} */ benchCase) => (isFirst.get(benchCase) === true ? 0 : 1);
  return cases.toSorted((a, b) => rank(a) - rank(b) || roundTripsOf(a) - roundTripsOf(b));
}

/** How often somebody waits for the broker in a round of a case, roughly. @param {Case} benchCase */
function roundTripsOf({ participants, trial: { count, warmUp = 0, concurrency = 1, outstanding = concurrency } }) {
  return (participants.length * (count + warmUp)) / outstanding;
}
