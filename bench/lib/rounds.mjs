import { Failure } from '../../scripts/lib/failure.mjs';
import { median } from './statistics.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('../src/trial.js').Trial} Trial */

/** @typedef {{ contestant: Contestant, label: string, trial: Omit<Trial, 'broker'> }} Entry a contestant in a case, with its whole trial */
/** Why something is left out of a run that has to end. */
export const NO_TIME = 'there was no time left';

/** @typedef {{ median: number, min: number, max: number }} Ratio of the rounds' ratios to the reference in the same round */
/** @typedef {{ label: string, contestant: string, figures: Record<string, number>, ratio?: Ratio, rounds: Record<string, number>[], problem?: string, gap?: string }} Line
 *   what came out for one; figures: their medians; problem: why it failed; gap: why it was not measured */
/** @typedef {{ name: string, title: string, count: number, figure: string, isMoreBetter: boolean, lines: Line[] }} CaseResult */

/**
 * The contestants that take part in a case, each with a queue of its own.
 * @param {Case} benchCase @param {ReadonlyMap<string, Contestant>} obtained @returns {Entry[]}
 */
export function entriesOf({ name, participants, kinds, trial }, obtained) {
  return participants.flatMap(({ contestant: who, label = who, trial: own }) => {
    const contestant = obtained.get(who);
    if (contestant === undefined || !kinds.every((kind) => contestant.kinds.includes(kind))) return [];
    const queue = `bench.${name}.${label.replaceAll(' ', '-')}`;
    return [{ contestant, label, trial: { ...trial, ...own, queue } }];
  });
}

/** Who begins is another one in each round. @template Item @param {readonly Item[]} items @param {number} round from 0 @returns {Item[]} */
export function rotated(items, round) {
  const shift = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(shift), ...items.slice(0, shift)];
}

/**
 * A case that is measured round by round: its entries one after the other, A B C, then B C A. Whoever fails takes no further part, and its line
 * says why.
 */
export class CaseRounds {
  #benchCase;
  #entries;
  #options;
  #turn = 0;
  /** @type {Map<string, Record<string, number>[]>} */
  #measured;
  /** @type {Map<string, string>} */
  #problems = new Map();
  /** @type {Map<string, string>} */
  #gaps = new Map();

  /**
   * @param {Case} benchCase @param {readonly Entry[]} entries
   * @param {object} options
   * @param {number} options.rounds that count, for the progress
   * @param {string} options.reference the label of the entry that the others are compared with
   * @param {() => boolean} options.isOver whether the time is over: who fails then is not to blame
   * @param {(entry: Entry) => Promise<Record<string, number>>} options.measure
   * @param {(text: string) => void} options.onProgress
   */
  constructor(benchCase, entries, options) {
    this.#benchCase = benchCase;
    this.#entries = entries;
    this.#options = options;
    this.#measured = new Map(entries.map(({ label }) => [label, []]));
  }

  /** Measures each entry once. @param {number} round from 0 on; one below that is a warm-up, which does not count */
  async run(round) {
    const { rounds, isOver, measure, onProgress } = this.#options;
    for (const entry of rotated(this.#entries, this.#turn++)) {
      if (this.#problems.has(entry.label) || this.#gaps.has(entry.label)) continue;
      onProgress(`${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}: ${entry.label}`);
      try {
        const figures = await measure(entry);
        if (round >= 0) this.#measured.get(entry.label)?.push(figures);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (isOver()) this.#gaps.set(entry.label, NO_TIME);
        else this.#problems.set(entry.label, error.message);
      }
    }
  }

  /** What has come out so far. @returns {CaseResult} */
  get result() {
    const { name, title, figure, isMoreBetter, trial } = this.#benchCase;
    const { reference } = this.#options;
    const base = this.#measured.get(reference) ?? [];
    const lines = this.#entries.map(({ label, contestant }) => {
      const own = this.#measured.get(label) ?? [];
      const [problem, gap] = [this.#problems.get(label), this.#gaps.get(label)];
      const ratio = label === reference ? undefined : ratioOf(own, base, figure);
      return {
        label,
        contestant: contestant.name,
        figures: mediansOf(own),
        ...(ratio && { ratio }),
        rounds: [...own],
        ...(problem !== undefined && { problem }),
        ...(gap !== undefined && { gap }),
      };
    });
    return { name, title, count: trial.count, figure, isMoreBetter, lines };
  }
}

/**
 * The ratios of two who were measured in the same rounds. @param {readonly Record<string, number>[]} own @param {readonly Record<string, number>[]} base
 * @param {string} figure @returns {Ratio | undefined} undefined: there is no round of both
 */
export function ratioOf(own, base, figure) {
  const ratios = own
    .slice(0, base.length)
    .map((figures, round) => (figures[figure] ?? NaN) / (base[round]?.[figure] ?? NaN));
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

/** @param {readonly Record<string, number>[]} rounds */
function mediansOf(rounds) {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? NaN))]));
}
