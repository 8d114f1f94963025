import { leftOutOf, notAskedFor } from './left-out.mjs';
import { overloadOf } from './overload.mjs';
import { goalRows, tableOf } from './report.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** @typedef {import('./run-report.mjs').Report} Report */

/** @typedef {import('./joined-reports.mjs').Joined} Joined */

/** Reports as the results of bench/README.md. Of several runs each figure says which it is from. @param {Joined} joined @returns {string} */
export function markdownOf(joined) {
  const { runs, whole, runOf } = joined;
  const gaps = gapsOf(whole);
  return [
    ...headingOf(runs, whole),
    ...(gaps.length === 0 ? [] : [gaps.join('\n')]),
    '#### Goals',
    goalsTable(joined),
    '#### All cases',
    ...whole.results.flatMap((result) => {
      const notes = notesOf(result, runs[(runOf(result.name) ?? 1) - 1] ?? whole);
      return [
        `**${capital(result.title)}** (${[`\`${result.name}\``, from(runOf, result.name)].filter((text) => text !== '').join(', ')})`,
        table(tableOf(result), 1),
        ...(notes.length === 0 ? [] : [notes.join('\n')]),
      ];
    }),
  ].join('\n\n');
}

/** The goals alone, with when and on what they were measured, as README.md shows them. @param {Joined} joined @returns {string} */
export function goalsOf(joined) {
  return [...headingOf(joined.runs, joined.whole), goalsTable(joined)].join('\n\n');
}

/** @param {Joined} joined */
function goalsTable({ whole, runOf }) {
  return table([['Goal', 'Bound', 'Measured', 'Verdict'], ...goalRows(whole.goals, (name) => from(runOf, name))], 1);
}

/** @param {Joined['runOf']} runOf @param {string} name of a case */
function from(runOf, name) {
  return runOf(name) === undefined ? '' : `run ${runOf(name)}`;
}

/** Who and what is in none of the tables. @param {Joined['whole']} whole */
function gapsOf(whole) {
  const { contestants, cases } = notAskedFor(whole);
  return [
    ...Object.entries(whole.absent).map(([name, why]) => `- ${name} took no part: ${why}`),
    ...(contestants.length === 0 ? [] : [`- contestants in none of these cases: ${contestants.join(', ')}`]),
    ...Object.entries(whole.unmeasured).map(([name, why]) => `- ${name} was not measured: ${why}`),
    ...(cases.length === 0 ? [] : [`- cases that were not asked for: ${cases.join(', ')}`]),
  ];
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

/** What went wrong in a case, and who is not in it. @param {CaseResult} result @param {Pick<Report, 'wanted' | 'absent' | 'results'>} run that it is from */
function notesOf(result, { wanted = [], absent, results }) {
  const present = results.flatMap(({ lines }) => lines.map(({ contestant }) => contestant));
  const problems = result.lines.flatMap(({ label, problem, gap }) => [
    ...(problem === undefined ? [] : [problem]),
    ...(gap === undefined ? [] : [`${label}: ${gap}`]),
  ]);
  return [...problems, ...overloadOf(result), ...leftOutOf(result, { present, wanted, absent })].map(
    (text) => `- ${text}`,
  );
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
