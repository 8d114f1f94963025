import { goalRows, tableOf } from './report.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/**
 * What `--json` writes.
 * @typedef {object} Report
 * @property {string} date
 * @property {number} seconds that it took
 * @property {string} command
 * @property {string} machine
 * @property {Record<string, string>} versions
 * @property {Record<string, string>} absent contestants that could not be had, and why
 * @property {Record<string, string>} unmeasured cases that were left out, and why
 * @property {import('./goals.mjs').GoalResult[]} goals
 * @property {CaseResult[]} results
 */

/** A report as the results of bench/README.md. @param {Report} report @returns {string} */
export function markdownOf({ date, seconds, command, machine, versions, absent, unmeasured, goals, results }) {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const gaps = [
    ...Object.entries(absent).map(([name, why]) => `- ${name} took no part: ${why}`),
    ...Object.entries(unmeasured).map(([name, why]) => `- ${name} was not measured: ${why}`),
  ];
  return [
    `Measured on ${date.slice(0, 10)} by \`${command}\` in ${Math.round(seconds / 60)} minutes: ${machine}; ${names.join(', ')}.`,
    ...(gaps.length === 0 ? [] : [gaps.join('\n')]),
    '#### Goals',
    table([['', 'goal', 'measured', ''], ...goalRows(goals)], 1),
    '#### All cases',
    ...results.flatMap((result) => [
      `**${capital(result.title)}** (\`${result.name}\`)`,
      table(tableOf(result), 1),
      ...problems(result),
    ]),
  ].join('\n\n');
}

/** @param {CaseResult} result */
function problems({ lines }) {
  return lines.flatMap(({ label, problem, gap }) => [
    ...(problem === undefined ? [] : [`- ${problem}`]),
    ...(gap === undefined ? [] : [`- ${label}: ${gap}`]),
  ]);
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A table, padded as prettier does it; its first columns to the left, the others to the right. @param {readonly (readonly string[])[]} rows @param {number} left */
function table(rows, left) {
  const [head = []] = rows;
  const widths = head.map((_, index) => Math.max(3, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const padded = (/** @type {readonly string[]} */ row) =>
    line(
      widths.map((width, index) =>
        index < left ? (row[index] ?? '').padEnd(width) : (row[index] ?? '').padStart(width),
      ),
    );
  const rule = line(widths.map((width, index) => (index < left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [padded(head), rule, ...rows.slice(1).map(padded)].join('\n');
}
