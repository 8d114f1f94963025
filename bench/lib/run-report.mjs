import { goals, judge } from './goals.mjs';

/**
 * What `--json` writes.
 * @typedef {object} Report
 * @property {string} date
 * @property {number} seconds that it took, so far
 * @property {string} command
 * @property {string} machine
 * @property {Record<string, string>} versions
 * @property {readonly string[]} [wanted] contestants that were to take part; an older report does not have it
 * @property {Record<string, string>} absent contestants that could not be had, and why
 * @property {Readonly<Record<string, string>>} unmeasured cases that were left out, and why
 * @property {readonly import('./goals.mjs').GoalResult[]} goals
 * @property {readonly import('./rounds.mjs').CaseResult[]} results
 */

/**
 * The report of a run, also in the middle of it. @param {Pick<Report, 'date' | 'command' | 'machine' | 'versions' | 'wanted' | 'absent'>} facts
 * @param {number} startedAt by performance.now() @param {import('./every-case.mjs').Measured} measured @returns {Report}
 */
export function reportOf({ date, command, machine, versions, wanted, absent }, startedAt, { results, unmeasured }) {
  const seconds = (performance.now() - startedAt) / 1_000;
  const judged = goals.map((goal) => judge(goal, results));
  return { date, seconds, command, machine, versions, wanted, absent, unmeasured, goals: judged, results };
}
