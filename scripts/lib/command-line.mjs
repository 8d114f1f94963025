import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';
import { StopRequest } from './stop-request.mjs';

const WRONG_USAGE = 2;
/** As a shell reports a command that ended with SIGINT. */
const INTERRUPTED = 130;

/** @typedef {Record<string, { type: 'boolean' | 'string' }>} Flags */
/** @typedef {Record<string, string | boolean | undefined>} FlagValues */

/**
 * Runs one of the commands and sets the process's exit code: a Failure is printed as its message, an unknown flag with the
 * usage (exit code 2), `--help` as the usage alone.
 * @param {import('./say.mjs').Voice} voice
 * @param {{ usage: string, flags: Flags }} description `help` is added to the flags
 * @param {(values: FlagValues, stopRequest: StopRequest) => Promise<number | void>} main resolves with the exit code, default 0
 */
export async function runCommand(voice, { usage, flags }, main) {
  const values = readFlags(voice, usage, flags);
  if (values === undefined) return;
  const stopRequest = new StopRequest();
  try {
    process.exitCode = (await main(values, stopRequest)) ?? 0;
  } catch (error) {
    if (stopRequest.signal.aborted) {
      process.exitCode = INTERRUPTED;
    } else if (error instanceof Failure) {
      voice.fail(error.message);
      process.exitCode = error.exitCode;
    } else {
      throw error;
    }
  }
}

/** @param {import('./say.mjs').Voice} voice @param {string} usage @param {Flags} flags @returns {FlagValues | undefined} undefined: all is said */
function readFlags(voice, usage, flags) {
  try {
    const { values } = parseArgs({ options: { ...flags, help: { type: 'boolean' } } });
    if (!values.help) return values;
    voice.line(usage);
  } catch (error) {
    voice.fail(/** @type {Error} */ (error).message);
    voice.line(`\n${usage}`);
    process.exitCode = WRONG_USAGE;
  }
  return undefined;
}

/** A flag's value as it was given. @param {FlagValues} values @param {string} name @returns {string | undefined} undefined: it was not */
export function textFlag(values, name) {
  const text = values[name];
  return typeof text === 'string' ? text : undefined;
}

/** A flag's value as a whole number. @param {FlagValues} values @param {string} name @param {{ min: number, otherwise: number }} range */
export function wholeNumberFlag(values, name, { min, otherwise }) {
  const text = values[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw new Failure(`--${name} takes a whole number from ${min} on, not ${JSON.stringify(text)}`, WRONG_USAGE);
}

/** A flag's value as one of several words, the first of which is the default. @template {string} Word @param {FlagValues} values @param {string} name @param {readonly Word[]} choices @returns {Word} */
export function choiceFlag(values, name, choices) {
  const text = values[name] ?? choices[0];
  const choice = choices.find((word) => word === text);
  if (choice !== undefined) return choice;
  throw new Failure(`--${name} is ${choices.join(' or ')}, not ${JSON.stringify(text)}`, WRONG_USAGE);
}

/** A flag's value as a list of words. @param {FlagValues} values @param {string} name @returns {string[] | undefined} undefined: it was not given */
export function wordsFlag(values, name) {
  return textFlag(values, name)
    ?.split(',')
    .map((word) => word.trim());
}

/** A flag's value as a list of words, all of them by default. @param {FlagValues} values @param {string} name @param {readonly string[]} choices @returns {string[]} */
export function listFlag(values, name, choices) {
  const words = wordsFlag(values, name) ?? [...choices];
  const unknown = words.filter((word) => !choices.includes(word));
  if (unknown.length === 0) return words;
  throw new Failure(`--${name} takes ${choices.join(', ')}, not ${JSON.stringify(unknown.join(','))}`, WRONG_USAGE);
}
