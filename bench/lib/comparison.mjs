import { Failure } from '../../scripts/lib/failure.mjs';
import { contestants, REFERENCE } from './contestants.mjs';
import { measureCases } from './every-case.mjs';
import { leftOutOf } from './left-out.mjs';
import { showCase } from './report.mjs';
import { Stage } from './stage.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../../scripts/lib/say.mjs').Voice} Voice */
/** @typedef {import('./every-case.mjs').Measured} Measured */

/** Milliseconds that one trial may take. */
const TIMEOUT = { quick: 30_000, full: 300_000 };
const ROUNDS = { quick: { rounds: 2, warmUp: 0 }, full: { rounds: 3, warmUp: 1 } };
/** Milliseconds after its beginning in which a quick run begins another case or round: it ends within two minutes. */
const QUICK_TIME = 95_000;
/** And after which it ends what it is at. */
const QUICK_END = 110_000;

/**
 * Makes the contestants runnable. Who cannot be had is said, with the reason.
 * @param {Voice} voice @param {readonly Case[]} cases only those who take part in one of them
 * @param {readonly string[]} wanted only these names
 */
export async function obtainContestants(voice, cases, wanted) {
  const names = new Set(cases.flatMap(({ participants }) => participants.map(({ contestant }) => contestant)));
  /** @type {Map<string, Contestant>} */
  const obtained = new Map();
  /** @type {Record<string, string>} */
  const versions = {};
  /** @type {Record<string, string>} */
  const absent = {};
  for (const contestant of contestants) {
    const { name } = contestant;
    if (!names.has(name) || !wanted.includes(name)) continue;
    try {
      await contestant.obtain(voice);
      versions[name] = await contestant.version();
      obtained.set(name, contestant);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      absent[name] = error.message;
      voice.warn(`without ${name}: ${error.message}`);
    }
  }
  return { obtained, versions, absent };
}

/**
 * Measures the cases one after the other.
 * @param {Voice} voice @param {import('./private-broker.mjs').Surroundings} surroundings @param {readonly Case[]} cases
 * @param {object} options
 * @param {ReadonlyMap<string, Contestant>} options.obtained
 * @param {Record<string, string>} options.absent who could not be had, and why
 * @param {boolean} options.isQuick with short deadlines and two rounds
 * @param {number | undefined} options.rounds undefined: the default
 * @param {number} options.startedAt of the command, by performance.now(); a quick run of all cases is over two minutes later
 * @param {boolean} options.isLimited whether that counts
 * @param {AbortSignal} options.signal
 * @param {(measured: Measured) => void} options.onCase is told after each case what has been measured so far
 * @returns {Promise<Measured>}
 */
export async function compare(voice, { url, brokerPid, folder }, cases, options) {
  const { obtained, absent, isQuick, rounds, startedAt, isLimited, signal, onCase } = options;
  const scale = isQuick ? 'quick' : 'full';
  const until = isLimited ? startedAt + QUICK_END : Infinity;
  const reference = /** @type {Contestant} */ (contestants.find(({ name }) => name === REFERENCE));
  const stage = await Stage.open({ url, brokerPid, folder, timeout: TIMEOUT[scale], until, signal }, reference);
  try {
    return await measureCases(cases, {
      obtained,
      counts: { ...ROUNDS[scale], ...(rounds !== undefined && { rounds }) },
      isOver: () => isLimited && performance.now() - startedAt > QUICK_TIME,
      measure: (benchCase, entry) => measureOnce(voice, stage, benchCase, entry, isQuick),
      tidy: (benchCase, entries) => tidy(voice, stage, benchCase, entries),
      onProgress: (text, index) => voice.doing(`${index + 1}/${cases.length}`, text),
      onResult: (result, measured) => {
        onCase(measured);
        showCase(voice, result, leftOutOf(result, { present: [...obtained.keys()], absent }));
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
