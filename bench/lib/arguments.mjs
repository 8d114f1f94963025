import { wholeNumberFlag } from '../../scripts/lib/command-line.mjs';
import { Failure } from '../../scripts/lib/failure.mjs';

const WRONG_USAGE = 2;

/** What `npm run bench` takes. @type {import('../../scripts/lib/command-line.mjs').Flags} */
export const flags = {
  quick: { type: 'boolean' },
  only: { type: 'string' },
  contestants: { type: 'string' },
  rounds: { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  list: { type: 'boolean' },
};

/**
 * What a run was asked for.
 * @typedef {object} Wishes
 * @property {boolean} isQuick
 * @property {boolean} isList only the names of the cases
 * @property {readonly string[]} only beginnings of names of cases; none: all
 * @property {readonly string[]} contestants names; none: all
 * @property {number | undefined} rounds undefined: what the run has by default
 * @property {string | undefined} json the file for the report
 * @property {string | undefined} markdown a report that is to be printed
 */

/**
 * @param {import('../../scripts/lib/command-line.mjs').FlagValues} values @param {readonly string[]} names of the contestants
 * @returns {Wishes} throws a Failure (exit code 2) at what cannot be meant
 */
export function readWishes(values, names) {
  const contestants = words(values.contestants);
  const unknown = contestants.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`--contestants takes ${names.join(', ')}, not ${JSON.stringify(unknown.join(','))}`, WRONG_USAGE);
  }
  return {
    isQuick: values.quick === true,
    isList: values.list === true,
    only: words(values.only),
    contestants,
    rounds: values.rounds === undefined ? undefined : wholeNumberFlag(values, 'rounds', { min: 1, otherwise: 1 }),
    json: file(values.json),
    markdown: file(values.markdown),
  };
}

/** @param {string | boolean | undefined} value @returns {string[]} */
function words(value) {
  if (typeof value !== 'string') return [];
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** @param {string | boolean | undefined} value */
function file(value) {
  return typeof value === 'string' ? value : undefined;
}
