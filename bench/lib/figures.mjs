/** How a figure is shown. @typedef {{ heading: string, digits: number }} Look */

/** The figures of the cases, in the order of their columns. @type {Record<string, Look>} */
const LOOKS = {
  rate: { heading: 'tasks/s', digits: 0 },
  seconds: { heading: 'seconds', digits: 2 },
  overIdeal: { heading: '× the ideal', digits: 3 },
  ofWhatIsLeft: { heading: 'of what the broker leaves', digits: 2 },
  p50: { heading: 'p50 ms', digits: 2 },
  p99: { heading: 'p99 ms', digits: 2 },
  p999: { heading: 'p99.9 ms', digits: 2 },
  max: { heading: 'max ms', digits: 1 },
  early: { heading: 'early by ms', digits: 1 },
  milliseconds: { heading: 'ms', digits: 0 },
  idle: { heading: 'MiB idle', digits: 0 },
  highest: { heading: 'MiB at most', digits: 0 },
  firstHalf: { heading: 'first half', digits: 0 },
  secondHalf: { heading: 'second half', digits: 0 },
  overIdle: { heading: '× idle', digits: 2 },
  cpu: { heading: 'CPU µs/task', digits: 0 },
};

/** The figures that some line of a case has, in order. @param {readonly { figures: Record<string, number> }[]} lines @returns {string[]} */
export function columnsOf(lines) {
  return Object.keys(LOOKS).filter((name) => lines.some(({ figures }) => name in figures));
}

/** @param {string} name */
export const headingOf = (name) => LOOKS[name]?.heading ?? name;

/** A figure as text; `-` when there is none. @param {string} name @param {number | null | undefined} value null: what JSON makes of one that cannot be read on a system */
export function textOf(name, value) {
  const number = value ?? Number.NaN;
  return Number.isNaN(number) ? '-' : grouped(number.toFixed(LOOKS[name]?.digits ?? 2));
}

/** The ratios of the rounds: their median, and from which to which they are. @param {import('./rounds.mjs').Ratio | undefined} ratio */
export function ratioText(ratio) {
  if (ratio === undefined) return '-';
  const { median, min, max } = ratio;
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

/** @param {string} number */
function grouped(number) {
  const [whole = '', fraction] = number.split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}
