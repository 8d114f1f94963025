import { listFlag, textFlag, wholeNumberFlag, wordsFlag } from '../../scripts/lib/command-line.mjs';

/** What `npm run bench` takes. @type {import('../../scripts/lib/command-line.mjs').Flags} */
export const flags = {
  quick: { type: 'boolean' },
  only: { type: 'string' },
  contestants: { type: 'string' },
  rounds: { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  goals: { type: 'string' },
  list: { type: 'boolean' },
};

/**
 * What a run was asked for, but for its report.
 * @typedef {object} Wishes
 * @property {boolean} isQuick
 * @property {boolean} isList only the names of the cases
 * @property {readonly string[]} only beginnings of names of cases; none: all
 * @property {readonly string[]} contestants names
 * @property {number | undefined} rounds undefined: what the run has by default
 * @property {readonly string[] | undefined} markdown reports that are to be printed, the files
 * @property {readonly string[] | undefined} goals reports whose goals alone are, the files
 */

/**
 * @param {import('../../scripts/lib/command-line.mjs').FlagValues} values @param {readonly string[]} names of the contestants
 * @returns {Wishes} throws a Failure (exit code 2) at what cannot be meant
 */
export function readWishes(values, names) {
  return {
    isQuick: values.quick === true,
    isList: values.list === true,
    only: wordsFlag(values, 'only') ?? [],
    contestants: listFlag(values, 'contestants', names),
    rounds:
      textFlag(values, 'rounds') === undefined
        ? undefined
        : wholeNumberFlag(values, 'rounds', { min: 1, otherwise: 1 }),
    markdown: wordsFlag(values, 'markdown'),
    goals: wordsFlag(values, 'goals'),
  };
}
