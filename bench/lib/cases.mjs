import { addingCases } from './cases/adding.mjs';
import { handlingCases } from './cases/handling.mjs';

/** @typedef {import('../src/job.js').Job} Job */
/** @typedef {import('./rounds.mjs').Entry} Entry */
/** @typedef {import('./stage.mjs').Stage} Stage */

/**
 * One thing that is measured, for all contestants that can do it.
 * @typedef {object} Case
 * @property {string} name words with hyphens between them: `--only` takes the first ones
 * @property {string} title for people
 * @property {readonly Participant[]} participants
 * @property {readonly import('../src/job.js').Kind[]} kinds what a contestant must be able to do
 * @property {Omit<Job, 'broker' | 'queue'>} job
 * @property {string} figure the one of the figures that is compared
 * @property {boolean} isMoreBetter of that figure
 * @property {boolean} isQuick measured with `--quick`, and then with small numbers
 * @property {number} [rounds] where it has a number of its own
 * @property {(stage: Stage, entry: Entry, run: { isQuick: boolean }) => Promise<Record<string, number>>} measure one round of one contestant
 */

/**
 * Who takes part in a case, and what is different for them.
 * @typedef {object} Participant
 * @property {string} contestant
 * @property {string} [label] default: the contestant's name
 * @property {Partial<Job>} [job]
 */

/** All cases, in the order in which they are measured. @param {boolean} isQuick with small numbers @returns {Case[]} */
export function allCases(isQuick) {
  return [...addingCases(isQuick), ...handlingCases(isQuick)];
}

/**
 * The cases that are meant: those whose name begins with these words, or else with these letters. Without a wish all that the run has.
 * @param {readonly Case[]} cases @param {readonly string[]} wishes @param {boolean} isQuick
 */
export function chooseCases(cases, wishes, isQuick) {
  if (wishes.length === 0) return cases.filter((benchCase) => benchCase.isQuick || !isQuick);
  const chosen = new Set(wishes.flatMap((wish) => casesOf(cases, wish)));
  return cases.filter((benchCase) => chosen.has(benchCase));
}

/** @param {readonly Case[]} cases @param {string} wish */
function casesOf(cases, wish) {
  const byWords = cases.filter(({ name }) => `${name}-`.startsWith(`${wish}-`));
  return byWords.length > 0 ? byWords : cases.filter(({ name }) => name.startsWith(wish));
}
