import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

const WRONG_USAGE = 2;

/**
 * @param {readonly string[]} args versions, then jest's arguments after `--`
 * @param {readonly string[]} known
 * @returns {{ versions: readonly string[], jestArguments: readonly string[], help: boolean }} versions: all that are known when none
 * is named; throws a Failure (exit code 2)
 */
export function readArguments(args, known) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const { positionals, help } = readOwn(args.slice(0, end));
  const unknown = positionals.filter((version) => !known.includes(version));
  if (unknown.length > 0)
    throw new Failure(`no RabbitMQ ${unknown.join(', ')} here, only ${known.join(' and ')}`, WRONG_USAGE);
  return { versions: positionals.length > 0 ? positionals : known, jestArguments: args.slice(end + 1), help };
}

/** @param {string[]} args */
function readOwn(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    return { positionals, help: values.help };
  } catch (error) {
    throw new Failure(/** @type {Error} */ (error).message, WRONG_USAGE);
  }
}

/**
 * @typedef {object} Report what jest writes with --outputFile, as far as it is read here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numRuntimeErrorTestSuites
 */

/**
 * One broker's line at the end of the run.
 * @param {string} version @param {Report | undefined} report undefined: jest ended before it wrote one @param {number} milliseconds
 */
export function summaryLine(version, report, milliseconds) {
  const parts =
    report === undefined
      ? ['did not run to the end']
      : [
          `${report.numPassedTests} passed`,
          `${report.numFailedTests} failed`,
          ...(report.numRuntimeErrorTestSuites > 0 ? [`${report.numRuntimeErrorTestSuites} files did not load`] : []),
        ];
  return `RabbitMQ ${version.padEnd(7)} ${parts.join(' · ')} · ${Math.round(milliseconds / 1_000)} s`;
}
