import { allCases } from './cases.mjs';
import { REFERENCE } from './contestants.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** Milliseconds in the middle of a round from which on tasks come faster than they are handled. */
const BEHIND = 100;

/** The figure that tells it. */
export const OVERLOAD_FIGURE = 'p50';

/** Whether the tasks of a case come at half of what somebody can do at most. @param {string} name of the case */
export function isAtHalf(name) {
  return name.startsWith('latency-half-');
}

/**
 * Whose rounds at half of its own maximum were at more than it could do then: its latencies, and those of all who had the same rate, are the
 * length of a queue that grows. @param {Pick<CaseResult, 'name' | 'lines'>} result @returns {string[]} sentences
 */
export function overloadOf({ name, lines }) {
  if (!isAtHalf(name)) return [];
  const participants = allCases(false).find((one) => one.name === name)?.participants ?? [];
  const own = participants.flatMap(({ label, trial }) =>
    trial?.isOwnMaximum === true && label !== undefined ? [label] : [],
  );
  return lines.flatMap(({ label, rounds }) => {
    if (label !== REFERENCE && !own.includes(label)) return [];
    const behind = rounds.filter(({ [OVERLOAD_FIGURE]: value = 0 }) => value > BEHIND).length;
    if (behind === 0) return [];
    const whose = label === REFERENCE ? 'the figures, also the ratios,' : 'its figures';
    return [
      `${label} itself fell behind in ${behind} of ${rounds.length} rounds, p50 over ${BEHIND} ms: the rate was not half of what it could do then, and ${whose} are those of an overload`,
    ];
  });
}
