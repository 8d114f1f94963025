import { NO_TIME } from './rounds.mjs';

/** Milliseconds after its beginning in which a quick run begins another round. */
const LAST_BEGINNING = 95_000;
/** After which it ends what it measures. */
const LAST_MEASUREMENT = 110_000;
/** And after which it ends, whatever is still under way. */
const EXIT = 117_000;

/** In place of what has not come before the time was over. */
export const TOO_LATE = Symbol('too late');

/** How long a run may go on: a quick one of all cases ends within two minutes, whatever happens; any other one takes the time it takes. */
export class RunTime {
  #startedAt;
  #isLimited;

  /** @param {number} startedAt of the command, by performance.now() @param {boolean} isLimited */
  constructor(startedAt, isLimited) {
    this.#startedAt = startedAt;
    this.#isLimited = isLimited;
  }

  /** Whether nothing more is to begin. */
  get isOver() {
    return this.#isLimited && performance.now() - this.#startedAt > LAST_BEGINNING;
  }

  /** The end of what is measured, by performance.now(). */
  get until() {
    return this.#isLimited ? this.#startedAt + LAST_MEASUREMENT : Infinity;
  }

  /** What comes of some work, or TOO_LATE when the time is over before; the work goes on then. @template Result @param {Promise<Result>} work @returns {Promise<Result | typeof TOO_LATE>} */
  async inTime(work) {
    if (!this.#isLimited) return work;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const over = new Promise((resolve) => {
      timer = setTimeout(() => resolve(TOO_LATE), this.#leftOf(LAST_BEGINNING));
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Has something done when two minutes are nearly over and the process is still there. @param {() => void} act */
  atItsEnd(act) {
    if (this.#isLimited) setTimeout(act, this.#leftOf(EXIT)).unref();
  }

  /** @param {number} milliseconds */
  #leftOf(milliseconds) {
    return Math.max(0, this.#startedAt + milliseconds - performance.now());
  }
}

/** Why a run needs less time when it is made again; the words for it. */
export const AGAIN = 'run it again: what was built and downloaded stays';

/**
 * What to say of a run whose time was over before all rounds were measured, because much of it went by before the first one.
 * @param {import('./every-case.mjs').Measured} measured @param {number} rounds that were wanted
 * @param {{ wasBuilt: boolean, wasDownloaded: boolean, seconds: number }} preparation seconds: until the first round
 * @returns {string | undefined} undefined: nothing, there was time enough, or all was there
 */
export function adviceOf({ results, unmeasured }, rounds, { wasBuilt, wasDownloaded, seconds }) {
  const lines = results.flatMap((result) => result.lines);
  const isCut = lines.some(({ gap, problem, rounds: own }) => gap === NO_TIME || (!problem && own.length < rounds));
  const deeds = [...(wasBuilt ? ['build'] : []), ...(wasDownloaded ? ['download'] : [])];
  if (deeds.length === 0 || (!isCut && !Object.values(unmeasured).includes(NO_TIME))) return undefined;
  return `the time was over before all rounds were measured: ${Math.round(seconds)} s went by before the first one, because it had to ${deeds.join(' and ')}; ${AGAIN}`;
}
