import { Failure } from '../../scripts/lib/failure.mjs';
import { contestants, REFERENCE } from './contestants.mjs';
import { measureCases } from './every-case.mjs';
import { leftOutOf } from './left-out.mjs';
import { overloadOf } from './overload.mjs';
import { showCase } from './report.mjs';
import { TOO_LATE } from './run-time.mjs';
import { Stage } from './stage.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../../scripts/lib/say.mjs').Voice} Voice */
/** @typedef {import('./every-case.mjs').Measured} Measured */

/** Milliseconds that one trial may take. */
const TIMEOUT = { quick: 30_000, full: 300_000 };
const ROUNDS = { quick: { rounds: 2, warmUp: 0 }, full: { rounds: 3, warmUp: 1 } };

/** Why somebody is missing in a run whose time is limited. */
const NO_TIME_TO_GET = 'there was no time left to get it';

/**
 * Makes the contestants runnable. Who cannot be had is said, with the reason.
 * @param {Voice} voice @param {readonly Case[]} cases only those who take part in one of them
 * @param {readonly string[]} wanted only these names
 * @param {import('./run-time.mjs').RunTime} time who takes longer than that is not waited for
 */
export async function obtainContestants(voice, cases, wanted, time) {
  const names = new Set(cases.flatMap(({ participants }) => participants.map(({ contestant }) => contestant)));
  /** @type {Map<string, Contestant>} */
  const obtained = new Map();
  /** @type {Record<string, string>} */
  const versions = {};
  /** @type {Record<string, string>} */
  const absent = {};
  let wasDownloaded = false;
  for (const contestant of contestants) {
    const { name } = contestant;
    if (!names.has(name) || !wanted.includes(name)) continue;
    try {
      const isNew = await time.inTime(Promise.resolve(contestant.obtain(voice)));
      wasDownloaded ||= isNew !== false;
      if (isNew === TOO_LATE) throw new Failure(NO_TIME_TO_GET);
      versions[name] = await contestant.version();
      obtained.set(name, contestant);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      absent[name] = error.message;
      voice.warn(`without ${name}: ${error.message}`);
    }
  }
  return { obtained, versions, absent, wasDownloaded };
}

/** The rounds of each case. @param {boolean} isQuick @param {number | undefined} rounds that were asked for; undefined: as many as the run has by default @returns {import('./every-case.mjs').Counts} */
export function countsOf(isQuick, rounds) {
  const counts = ROUNDS[isQuick ? 'quick' : 'full'];
  return { ...counts, ...(rounds !== undefined && { rounds }) };
}

/**
 * Measures the cases: in a quick run the first round of each before the second of any, else one after the other.
 * @param {Voice} voice @param {import('./private-broker.mjs').Surroundings} surroundings @param {readonly Case[]} cases
 * @param {object} options
 * @param {ReadonlyMap<string, Contestant>} options.obtained
 * @param {readonly string[]} options.wanted who was to take part
 * @param {Record<string, string>} options.absent who could not be had, and why
 * @param {boolean} options.isQuick with short deadlines
 * @param {import('./every-case.mjs').Counts} options.counts
 * @param {import('./run-time.mjs').RunTime} options.time
 * @param {AbortSignal} options.signal
 * @param {(measured: Measured) => void} options.onMeasured is told again and again what has been measured so far
 * @returns {Promise<Measured>}
 */
export async function compare(voice, { url, brokerPid, folder }, cases, options) {
  const { obtained, wanted, absent, isQuick, counts, time, signal, onMeasured } = options;
  const timeout = TIMEOUT[isQuick ? 'quick' : 'full'];
  const reference = /** @type {Contestant} */ (contestants.find(({ name }) => name === REFERENCE));
  const stage = await Stage.open({ url, brokerPid, folder, timeout, until: time.until, signal }, reference);
  try {
    return await measureCases(cases, {
      obtained,
      counts,
      isRoundByRound: isQuick,
      isOver: () => time.isOver,
      measure: (benchCase, entry) => measureOnce(voice, stage, benchCase, entry, isQuick),
      tidy: (benchCase, entries) => tidy(voice, stage, benchCase, entries),
      onProgress: (text, index) => voice.doing(`${index + 1}/${cases.length}`, text),
      onMeasured,
      onResult: (result) => {
        const turnout = { present: [...obtained.keys()], wanted, absent };
        showCase(voice, result, [...overloadOf(result), ...leftOutOf(result, turnout)]);
      },
    });
  } finally {
    await stage.close();
  }
}

/**
 * One round of one contestant; when it fails, by whatever error, none of its programs goes on.
 * @param {Voice} voice @param {Stage} stage @param {Case} benchCase @param {import('./rounds.mjs').Entry} entry @param {boolean} isQuick
 * @returns {Promise<Record<string, number>>} rejects with a Failure, or with the reason of the wish to stop
 */
export async function measureOnce(voice, stage, benchCase, entry, isQuick) {
  try {
    return await benchCase.measure(stage, entry, { isQuick });
  } catch (error) {
    await stage.reset();
    stage.signal.throwIfAborted(); // a run that is stopped has not failed
    if (error instanceof Failure) throw error;
    const { message, stack } = /** @type {Error} */ (error);
    voice.warn(`${benchCase.name}: ${stack}`);
    throw new Failure(`${entry.label}: ${message}`);
  }
}

/**
 * Ends the programs of a case and deletes its queues. What cannot be deleted is no reason to measure nothing more.
 * @param {Voice} voice @param {Stage} stage @param {Case} benchCase @param {readonly import('./rounds.mjs').Entry[]} entries
 */
async function tidy(voice, stage, benchCase, entries) {
  try {
    await stage.clear();
    for (const { contestant, trial } of entries) {
      if (contestant.isRabbit !== false) await stage.queues.delete(trial.queue);
    }
  } catch (error) {
    await stage.reset();
    stage.signal.throwIfAborted();
    voice.warn(`${benchCase.name}: its queues are not deleted: ${/** @type {Error} */ (error).message}`);
  }
}
