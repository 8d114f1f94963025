import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../../scripts/lib/failure.mjs';
import { allCases } from './cases.mjs';
import { goals, judge } from './goals.mjs';

/** @typedef {import('./run-report.mjs').Report} Report */
/** @typedef {{ file: string, report: Report }} ReadReport */

/**
 * Reports of one or more runs as one.
 * @typedef {object} Joined
 * @property {readonly Report[]} runs
 * @property {Omit<Report, 'date' | 'seconds' | 'command'>} whole of a case that several runs have measured, what the last of them has
 * @property {readonly string[]} lost lines of a case that only an earlier run has, and which are left out therefore, as sentences
 * @property {(name: string) => number | undefined} runOf which of the runs a case is from, from 1 on; undefined: there is only one run
 */

const WRONG_USAGE = 2;

/** @param {readonly string[]} files that `--json` has written, each with a report, or with those of several runs @returns {Joined} throws a Failure (exit code 2) when one cannot be read, or they do not belong together */
export function readReports(files) {
  return joinReports(files.flatMap((file) => readRuns(file).map((report) => ({ file, report }))));
}

/**
 * @param {readonly ReadReport[]} read in the order of the runs @returns {Joined} throws a Failure (exit code 2) that names what is not the
 *   same: ratios of several machines, brokers or versions in one table would be compared with each other
 */
export function joinReports(read) {
  assertAlike(read);
  const runs = read.map(({ report }) => report);
  const [only] = runs;
  // Judged anew: a report may be older than the goals, and one that is kept has no verdicts.
  const judged = (/** @type {Report['results']} */ results) => goals.map((goal) => judge(goal, results));
  if (only !== undefined && runs.length === 1) {
    return { runs, whole: { ...only, goals: judged(only.results) }, lost: [], runOf: () => undefined };
  }
  const { commit: _, ...versions } = Object.assign({}, ...runs.map((run) => run.versions));
  const results = new Map(runs.flatMap((run) => run.results.map((result) => [result.name, result])));
  const from = new Map(runs.flatMap((run, index) => run.results.map(({ name }) => [name, index + 1])));
  const unmeasured = Object.entries(Object.assign({}, ...runs.map((run) => run.unmeasured)));
  const absent = runs.flatMap((run, index) =>
    Object.entries(run.absent).map(([name, why]) => [name, `${why} (run ${index + 1})`]),
  );
  const ordered = inOrder([...results.values()]);
  return {
    runs,
    whole: {
      machine: only?.machine ?? '',
      versions,
      absent: Object.fromEntries(absent),
      unmeasured: Object.fromEntries(unmeasured.filter(([name]) => !results.has(name))),
      goals: judged(ordered),
      results: ordered,
    },
    lost: lostLines(read),
    runOf: (name) => from.get(name),
  };
}

/** What a later report takes from an earlier one without having it itself. @param {readonly ReadReport[]} read @returns {string[]} sentences */
function lostLines(read) {
  /** @type {Map<string, { file: string, labels: string[] }>} */
  const known = new Map();
  return read.flatMap(({ file, report }) =>
    report.results.flatMap(({ name, lines }) => {
      const labels = lines.map(({ label }) => label);
      const before = known.get(name);
      known.set(name, { file, labels });
      const lost = before?.labels.filter((label) => !labels.includes(label)) ?? [];
      if (before === undefined || lost.length === 0) return [];
      return [`${name}: ${lost.join(', ')} of ${before.file} left out, because ${file} has the case without`];
    }),
  );
}

/** @param {string} file @returns {Report[]} */
function readRuns(file) {
  const read = parsed(file);
  const runs = isObject(read) && 'runs' in read && Array.isArray(read.runs) ? read.runs : [read];
  const areReports = runs.every((run) => isObject(run) && 'versions' in run && 'results' in run);
  if (!areReports) throw new Failure(`${file} is no report: npm run bench -- --json FILE writes one`, WRONG_USAGE);
  return /** @type {Report[]} */ (runs);
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {string} file @returns {unknown} */
function parsed(file) {
  try {
    return JSON.parse(readFileSync(resolve(file), 'utf8'));
  } catch (error) {
    throw new Failure(`${file} is no report: ${/** @type {Error} */ (error).message}`, WRONG_USAGE);
  }
}

/** The same machine, broker and Node, and the same versions of all contestants that were in several runs. @param {readonly ReadReport[]} read */
function assertAlike(read) {
  /** @type {Map<string, { file: string, value: string }>} */
  const known = new Map();
  for (const { file, report } of read) {
    const { commit: _, ...versions } = report.versions;
    for (const [what, value] of Object.entries({ machine: report.machine, ...versions })) {
      const before = known.get(what) ?? { file, value };
      known.set(what, before);
      if (before.value === value) continue;
      throw new Failure(
        `${before.file} and ${file} are not of the same ${what}: ${before.value} in one, ${value} in the other`,
        WRONG_USAGE,
      );
    }
  }
}

/** As a run of all cases has them. @param {readonly import('./rounds.mjs').CaseResult[]} results */
function inOrder(results) {
  const names = allCases(false).map(({ name }) => name);
  const placeOf = (/** @type {string} */ name) => (names.includes(name) ? names.indexOf(name) : names.length);
  return results.toSorted((a, b) => placeOf(a.name) - placeOf(b.name));
}
