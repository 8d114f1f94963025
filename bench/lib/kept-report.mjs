import { goals, SUBJECT } from './goals.mjs';
import { isAtHalf, OVERLOAD_FIGURE } from './overload.mjs';

/** @typedef {import('./run-report.mjs').Report} Report */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/** No figure is shown with more digits than five. */
const DIGITS = 6;

/**
 * Reports as they are committed: what the tables need, a line for each case, and each case once. Of the rounds only the figures stay that a goal is
 * about, or that tell an overload, the verdicts go, which are made of them, and so does the file that the report was written to.
 * @param {Pick<import('./joined-reports.mjs').Joined, 'runs' | 'runOf'>} joined @returns {string} JSON; `--markdown` and `--goals` read it as any report
 */
export function keptText({ runs, runOf }) {
  const texts = runs.map((run, index) => {
    const results = run.results.filter(({ name }) => (runOf(name) ?? 1) === index + 1);
    return keptRun({ ...run, results });
  });
  return texts.length === 1 ? `${texts.join('')}\n` : `{\n"runs": [\n${texts.join(',\n')}\n]\n}\n`;
}

/** @param {Report} report */
function keptRun({ goals: _, results, ...facts }) {
  const head = Object.entries({ ...facts, seconds: Math.round(facts.seconds), command: withoutFile(facts.command) });
  const lines = head.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  const cases = results.map((result) => JSON.stringify(keptCase(result))).join(',\n');
  return `{\n${lines.join('\n')}\n"results": [\n${cases}\n]\n}`;
}

/** @param {string} command */
function withoutFile(command) {
  return command.replace(/ --json[= ]\S+/, '').replace(/ --$/, '');
}

/** @param {CaseResult} result @returns {CaseResult} */
function keptCase(result) {
  const lines = result.lines.map(({ figures, ratio, rounds, ...line }) => {
    const judged = judgedFigures(result, line.label);
    return {
      ...line,
      figures: rounded(figures),
      ...(ratio && { ratio: rounded(ratio) }),
      rounds: judged.length === 0 ? [] : rounds.map((round) => rounded(only(round, judged))),
    };
  });
  return { ...result, lines };
}

/** The figures of a line that some goal is made of, or that tell an overload. @param {CaseResult} result @param {string} label */
function judgedFigures({ name, figure }, label) {
  const about = goals
    .flatMap((goal) => goal.figures)
    .filter(({ of, line = SUBJECT, to }) => of === name && [line, to].includes(label));
  return [...about.map((one) => one.figure ?? figure), ...(isAtHalf(name) ? [OVERLOAD_FIGURE] : [])];
}

/** @param {Record<string, number>} figures @param {readonly string[]} names */
function only(figures, names) {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => names.includes(name)));
}

/** @template {Record<string, number>} Figures @param {Figures} figures @returns {Figures} null, which JSON has for one that cannot be read, stays */
function rounded(figures) {
  const entries = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value,
  ]);
  return Object.fromEntries(entries);
}
