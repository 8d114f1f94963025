import { columnsOf, headingOf, ratioText, textOf } from './figures.mjs';
import { REFERENCE } from './contestants.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

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

/** Says what came out of a case. @param {import('../../scripts/lib/say.mjs').Voice} voice @param {CaseResult} result */
export function showCase(voice, result) {
  voice.done('measured', `${voice.paint('bold', result.title)}  ${voice.paint('dim', result.name)}`);
  const [head = '', ...rows] = alignedRows(tableOf(result));
  voice.line(`      ${voice.paint('dim', head)}`);
  for (const row of rows) voice.line(`      ${row}`);
  for (const { problem } of result.lines) if (problem !== undefined) voice.fail(problem);
}
