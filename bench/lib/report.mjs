import { boundOf, isOnBothSides, measuredText, verdictText } from './goals.mjs';
import { columnsOf, headingOf, ratioText, textOf } from './figures.mjs';
import { REFERENCE } from './contestants.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */
/** @typedef {import('./goals.mjs').GoalResult} GoalResult */

/** @type {Record<GoalResult['verdict'], 'green' | 'red' | 'yellow'>} */
const COLOURS = { met: 'green', 'met in part': 'yellow', 'not met': 'red', 'not measured': 'yellow' };

/** Rows of cells as lines of text: the first column to the left, the others to the right. @param {readonly (readonly string[])[]} rows @returns {string[]} */
export function alignedRows(rows) {
  const widths = rows.reduce((/** @type {number[]} */ all, row) => {
    row.forEach((cell, index) => (all[index] = Math.max(all[index] ?? 0, cell.length)));
    return all;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The table of a case: a row for each contestant, its figures, and the ratio to the reference. @param {CaseResult} result @returns {string[][]} */
export function tableOf({ lines, figure }) {
  const columns = columnsOf(lines);
  const hasRatios = lines.some(({ ratio }) => ratio !== undefined);
  const head = ['', ...columns.map(headingOf), ...(hasRatios ? [`${headingOf(figure)} : ${REFERENCE}`] : [])];
  const rows = lines.map(({ label, figures, ratio }) => [
    label,
    ...columns.map((name) => textOf(name, figures[name])),
    ...(hasRatios ? [ratioText(ratio)] : []),
  ]);
  return [head, ...rows];
}

/**
 * Says what came out of a case.
 * @param {import('../../scripts/lib/say.mjs').Voice} voice @param {CaseResult} result @param {readonly string[]} notes who is not in it, and why
 */
export function showCase(voice, result, notes) {
  voice.done('measured', `${voice.paint('bold', result.title)}  ${voice.paint('dim', result.name)}`);
  const [head = '', ...rows] = alignedRows(tableOf(result));
  voice.line(`      ${voice.paint('dim', head)}`);
  for (const row of rows) voice.line(`      ${row}`);
  for (const note of notes) voice.line(`      ${voice.paint('dim', note)}`);
  for (const { label, problem, gap } of result.lines) {
    if (problem !== undefined) voice.fail(problem);
    if (gap !== undefined) voice.warn(`${label}: ${gap}`);
  }
}

/**
 * The goals as rows: what, the bound, what was measured, the verdict with its rounds. @param {readonly GoalResult[]} judged
 * @param {(name: string) => string} [from] what to add in brackets to the figure of a case; nothing: an empty text @returns {string[][]}
 */
export function goalRows(judged, from) {
  return judged.map((result) => [
    result.goal.text,
    boundOf(result.goal),
    measuredText(result, from),
    verdictText(result),
  ]);
}

/**
 * Says which goals are met, and who and what was not measured.
 * @param {import('../../scripts/lib/say.mjs').Voice} voice @param {readonly GoalResult[]} judged
 * @param {{ absent: Record<string, string>, unmeasured: Readonly<Record<string, string>> }} gaps names, and why
 */
export function showGoals(voice, judged, { absent, unmeasured }) {
  if (judged.length > 0) {
    const title = `Goals: ratios to bare ${REFERENCE} in the same rounds, unless said`;
    const cells = goalRows(judged);
    const [head = '', ...rows] = alignedRows([['', 'goal', 'measured'], ...cells.map((row) => row.slice(0, 3))]);
    voice.line(`\n  ${voice.paint('bold', title)}\n  ${voice.paint('dim', head)}`);
    for (const [index, result] of judged.entries()) {
      const colour = isOnBothSides(result) ? 'yellow' : COLOURS[result.verdict];
      voice.line(`  ${rows[index]}  ${voice.paint(colour, cells[index]?.[3] ?? result.verdict)}`);
    }
  }
  for (const [name, why] of Object.entries(absent)) voice.warn(`${name} took no part: ${why}`);
  for (const [name, why] of Object.entries(unmeasured)) voice.warn(`${name} was not measured: ${why}`);
}
