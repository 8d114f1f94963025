import { goalRows, tableOf } from './report.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** @typedef {import('./run-report.mjs').Report} Report */

/** Reports as the results of bench/README.md. Of several runs each figure says which it is from. @param {import('./joined-reports.mjs').Joined} joined @returns {string} */
export function markdownOf({ runs, whole, runOf }) {
  const { absent, unmeasured, goals, results } = whole;
  const gaps = [
    ...Object.entries(absent).map(([name, why]) => `- ${name} took no part: ${why}`),
    ...Object.entries(unmeasured).map(([name, why]) => `- ${name} was not measured: ${why}`),
  ];
  const from = (/** @type {string} */ name) => (runOf(name) === undefined ? '' : `run ${runOf(name)}`);
  return [
    ...headingOf(runs, whole),
    ...(gaps.length === 0 ? [] : [gaps.join('\n')]),
    '#### Goals',
    table([['', 'goal', 'measured', ''], ...goalRows(goals, from)], 1),
    '#### All cases',
    ...results.flatMap((result) => [
      `**${capital(result.title)}** (${[`\`${result.name}\``, from(result.name)].filter((text) => text !== '').join(', ')})`,
      table(tableOf(result), 1),
      ...problems(result),
    ]),
  ].join('\n\n');
}

/** When, how and on what it was measured. @param {readonly Report[]} runs @param {Pick<Report, 'machine' | 'versions'>} whole @returns {string[]} */
function headingOf(runs, { machine, versions }) {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const on = `${machine}; ${names.join(', ')}.`;
  const [run] = runs;
  if (run !== undefined && runs.length === 1) {
    return [`Measured on ${run.date.slice(0, 10)} by \`${run.command}\` in ${minutesOf(run)}: ${on}`];
  }
  const list = runs.map((one, index) => {
    const date = one.date.slice(0, 16).replace('T', ' ');
    const commit = one.versions.commit === undefined ? 'commit not known' : `commit ${one.versions.commit}`;
    return `- run ${index + 1}: ${date} UTC, ${commit}, \`${one.command}\`, ${minutesOf(one)}`;
  });
  return [`Measured in ${runs.length} runs: ${on}`, list.join('\n')];
}

/** @param {Report} run */
function minutesOf({ seconds }) {
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
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
