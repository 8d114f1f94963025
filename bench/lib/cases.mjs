import { Failure } from '../../scripts/lib/failure.mjs';
import { addingCases } from './cases/adding.mjs';
import { handlingCases } from './cases/handling.mjs';
import { latencyCases } from './cases/latency.mjs';
import { prefetchCases } from './cases/prefetching.mjs';
import { processCases } from './cases/processes.mjs';
import { workingCases } from './cases/working.mjs';

/** @typedef {import('../src/trial.js').Trial} Trial */
/** @typedef {import('./rounds.mjs').Entry} Entry */
/** @typedef {import('./stage.mjs').Stage} Stage */

/**
 * One thing that is measured, for all contestants that can do it.
 * @typedef {object} Case
 * @property {string} name words with hyphens between them: `--only` takes the first ones
 * @property {string} title for people
 * @property {readonly Participant[]} participants
 * @property {readonly import('../src/trial.js').Kind[]} kinds what a contestant must be able to do
 * @property {Omit<Trial, 'broker' | 'queue'>} trial
 * @property {string} figure the one of the figures that is compared
 * @property {boolean} isMoreBetter of that figure
 * @property {readonly string[]} [quick] who is measured with `--quick`; not given: it is no part of a quick run
 * @property {boolean} [hasWarmUpRound] default true; false: its programs warm up by themselves, or shall be cold
 * @property {(stage: Stage, entry: Entry, run: { isQuick: boolean }) => Promise<Record<string, number>>} measure one round of one contestant
 */

/**
 * Who takes part in a case, and what is different for them.
 * @typedef {object} Participant
 * @property {string} contestant
 * @property {string} [label] default: the contestant's name
 * @property {Partial<Trial>} [trial]
 */

/** All cases, in the order in which they are measured. @param {boolean} isQuick with small numbers @returns {Case[]} */
export function allCases(isQuick) {
  const kinds = [addingCases, handlingCases, latencyCases, workingCases, prefetchCases, processCases];
  return kinds.flatMap((cases) => cases(isQuick));
}

const WRONG_USAGE = 2;

/** Who is measured in a quick run of a case that is no part of one, asked for by its name. */
const QUICK = ['amqplib', 'warren'];

/**
 * The cases that are meant: those whose name begins with these words, or else with these letters. Without a wish all that the run has. Each
 * with the participants that the run has.
 * @param {readonly Case[]} cases @param {readonly string[]} wishes @param {boolean} isQuick
 */
export function chooseCases(cases, wishes, isQuick) {
  const named = new Set(wishes.flatMap((wish) => casesOf(cases, wish)));
  const chosen = wishes.length > 0 ? cases.filter((benchCase) => named.has(benchCase)) : cases;
  if (!isQuick) return chosen;
  return chosen
    .filter(({ quick }) => quick !== undefined || wishes.length > 0)
    .map(({ participants, quick = QUICK, ...rest }) => ({
      ...rest,
      participants: participants.filter(({ contestant, label }) => label === undefined && quick.includes(contestant)),
    }));
}

/** @param {readonly Case[]} cases @param {string} wish */
function casesOf(cases, wish) {
  const byWords = cases.filter(({ name }) => `${name}-`.startsWith(`${wish}-`));
  if (byWords.length > 0) return byWords;
  const byLetters = cases.filter(({ name }) => wish !== '' && name.startsWith(wish));
  if (byLetters.length > 0) return byLetters;
  throw new Failure(`--only: no case begins with ${JSON.stringify(wish)}; --list shows all of them`, WRONG_USAGE);
}
