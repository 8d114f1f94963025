import { WITH_HTTP } from './cases/participants.mjs';
import { ratioOf } from './rounds.mjs';

/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */

/**
 * One figure that a goal is about: Warren's, as a ratio to another contestant's in the same rounds, or by itself.
 * @typedef {object} GoalFigure
 * @property {string} of the case
 * @property {string} [line] of the case; default: Warren's
 * @property {string} [to] whom it is compared with; not given: the figure counts by itself
 * @property {string} [figure] default: the one that the case compares
 * @property {string} [label] what tells it from the goal's other figures
 * @property {boolean} [saysCount] whether it depends on the number of tasks, so that the number stands beside it
 * @property {boolean} [isBeside] whether it is only shown, where it was measured: the verdict is not about it
 */

/** @typedef {{ name: string, text: string, atLeast?: number, atMost?: number, figures: readonly GoalFigure[] }} Goal */
/** @typedef {{ label: string, value: number, min: number, max: number, rounds: number } | { label: string, missing: string }} Measured rounds: those that it is the median of; missing: why there is no value */
/** @typedef {{ goal: Goal, measured: Measured[], verdict: 'met' | 'met in part' | 'not met' | 'not measured' }} GoalResult */

/** Whom the goals are about. */
export const SUBJECT = 'warren';
const BARE = 'amqplib';

/** @param {string} name @param {string} [to] @returns {GoalFigure[]} a case that is measured on both types of queues */
const onBoth = (name, to = BARE) => ['quorum', 'classic'].map((type) => ({ of: `${name}-${type}`, to, label: type }));

/** A figure of Warren's worker without HTTP, and that of one with it beside. @param {GoalFigure} figure @returns {GoalFigure[]} */
const besideWithHttp = (figure) => [
  figure,
  { ...figure, line: WITH_HTTP, label: 'with HTTP', saysCount: false, isBeside: true },
];

/** Two sides of the same: the ratio is Warren's to the other's. @type {readonly Goal[]} */
export const goals = [
  { name: 'add-1-200', text: 'add one by one, 200 B', atLeast: 0.95, figures: onBoth('add-1-200') },
  {
    name: 'add-1-10k',
    text: 'add one by one, 10 KB, amqplib with noDelay',
    atLeast: 0.95,
    figures: onBoth('add-1-10k'),
  },
  { name: 'add-256-200', text: 'add, 256 outstanding, 200 B', atLeast: 0.95, figures: onBoth('add-256-200') },
  { name: 'add-bulk', text: 'addBulk of 10,000', atLeast: 1, figures: onBoth('add-bulk') },
  { name: 'handle-1', text: 'handle, concurrency 1', atLeast: 0.95, figures: onBoth('handle-1') },
  ...[16, 64, 100].map((concurrency) => ({
    name: `handle-${concurrency}`,
    text: `handle, concurrency ${concurrency}`,
    atLeast: 1,
    figures: onBoth(`handle-${concurrency}`),
  })),
  { name: 'latency', text: 'latency p99 at 100 a second', atMost: 1.15, figures: onBoth('latency-100') },
  { name: 'celery-1', text: 'handle, concurrency 1, to Celery', atLeast: 1.9, figures: onBoth('handle-1', 'celery') },
  {
    name: 'celery-100',
    text: 'handle, concurrency 100, to Celery',
    atLeast: 5,
    figures: onBoth('handle-100', 'celery'),
  },
  {
    name: 'bullmq',
    text: 'add, 256 outstanding, quorum, to BullMQ with fsync always',
    atLeast: 1.2,
    figures: [{ of: 'add-256-200-quorum', to: 'bullmq-always' }],
  },
  {
    name: 'dispatch',
    text: 'fair dispatch, makespan to the ideal',
    atMost: 1.05,
    figures: [2, 4].map((workers) => ({ of: `dispatch-${workers}`, label: `${workers} workers` })),
  },
  {
    name: 'cpu',
    text: 'tasks that compute, two processes: share of the processor time that the broker leaves',
    atLeast: 0.9,
    figures: [{ of: 'cpu-2', figure: 'ofWhatIsLeft' }],
  },
  {
    name: 'memory',
    text: "a worker's memory while it drains, to its idle",
    atMost: 1.15,
    figures: besideWithHttp({ of: 'memory', figure: 'overIdle', saysCount: true }),
  },
  {
    name: 'backlog',
    text: "a worker's memory while it drains a backlog of 1,000,000, to its idle",
    atMost: 1.15,
    figures: [{ of: 'backlog', figure: 'overIdle' }],
  },
  {
    name: 'memory-idle',
    text: "a worker's idle memory, to plain Nest's",
    atMost: 1,
    figures: besideWithHttp({ of: 'memory', to: 'nest', figure: 'idle' }),
  },
  {
    name: 'start',
    text: "cold start to the first task, to plain Nest's",
    atMost: 1.1,
    figures: besideWithHttp({ of: 'start', to: 'nest' }),
  },
];

/**
 * What was measured of a goal. It is met when each of its figures meets it, and met in part when some were not measured; those are named.
 * @param {Goal} goal @param {readonly CaseResult[]} results @returns {GoalResult}
 */
export function judge(goal, results) {
  const measured = goal.figures.map((figure) => measure(figure, results));
  return { goal, measured, verdict: verdictOf(goal, judgedOf(goal, measured)) };
}

/** What was measured of the figures that the verdict is about. @param {Goal} goal @param {readonly Measured[]} measured of each of its figures */
function judgedOf({ figures }, measured) {
  return measured.filter((_, index) => figures[index]?.isBeside !== true);
}

/** @param {Goal} goal @param {readonly Measured[]} judged @returns {GoalResult['verdict']} */
function verdictOf({ atLeast = -Infinity, atMost = Infinity }, judged) {
  const values = judged.flatMap((one) => ('value' in one ? [one.value] : []));
  if (values.length === 0) return 'not measured';
  if (values.some((value) => value < atLeast || value > atMost)) return 'not met';
  return values.length < judged.length ? 'met in part' : 'met';
}

/** @param {GoalFigure} wanted @param {readonly CaseResult[]} results @returns {Measured} */
function measure({ of, line = SUBJECT, to, figure, saysCount, ...wanted }, results) {
  const result = results.find(({ name }) => name === of);
  const label =
    saysCount === true && result !== undefined ? `${result.count.toLocaleString('en')} tasks` : (wanted.label ?? '');
  if (result === undefined) return { label, missing: 'not run' };
  const roundsOf = (/** @type {string} */ who) => result.lines.find((one) => one.label === who)?.rounds ?? [];
  const own = roundsOf(line);
  if (own.length === 0) return { label, missing: `${line} was not measured` };
  const name = figure ?? result.figure;
  const base = to === undefined ? own.map(() => ({ [name]: 1 })) : roundsOf(to);
  if (base.length === 0) return { label, missing: `${to} was not measured` };
  const ratio = ratioOf(own, base, name);
  if (ratio === undefined || Number.isNaN(ratio.median))
    return { label, missing: `${name} cannot be read on this system` };
  return { label, value: ratio.median, min: ratio.min, max: ratio.max, rounds: Math.min(own.length, base.length) };
}

/** A goal's bound, as in `>= 0.95`. @param {Goal} goal */
export function boundOf({ atLeast, atMost }) {
  return atLeast === undefined ? `<= ${atMost?.toFixed(2)}` : `>= ${atLeast.toFixed(2)}`;
}

/**
 * Whether the rounds by themselves do not all say what the verdict says of their medians: one of a goal that is met misses the bound, or
 * each figure that misses it reaches it in some round. @param {GoalResult} result
 */
export function isOnBothSides({ goal, measured }) {
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  const isWithin = (/** @type {number} */ value) => value >= atLeast && value <= atMost;
  const known = judgedOf(goal, measured).flatMap((one) => ('value' in one ? [one] : []));
  const missing = known.filter(({ value }) => !isWithin(value));
  if (missing.length === 0) return known.some(({ min, max }) => !isWithin(min) || !isWithin(max));
  return missing.every(({ min, max }) => isWithin(min) || isWithin(max));
}

/**
 * A verdict with the rounds that it stands on: `met, 3 rounds`, `not met, a single round`, `met, 2 rounds on both sides of the bound`.
 * @param {GoalResult} result
 */
export function verdictText(result) {
  const { goal, verdict, measured } = result;
  const rounds = judgedOf(goal, measured).flatMap((one) => ('rounds' in one ? [one.rounds] : []));
  if (rounds.length === 0) return verdict;
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)];
  if (most === 1) return `${verdict}, a single round`;
  const sides = isOnBothSides(result) ? ' on both sides of the bound' : '';
  return `${verdict}, ${fewest === most ? '' : `${fewest} to `}${most} rounds${sides}`;
}

/** What was measured of a goal, as text: each median, and in brackets from which to which its rounds are. @param {GoalResult} result @param {(name: string) => string} [from] what to add in brackets to the figure of a case */
export function measuredText({ goal, measured }, from = () => '') {
  return measured
    .flatMap((one, index) => {
      const figure = goal.figures[index];
      if (figure?.isBeside === true && 'missing' in one) return [];
      if ('missing' in one) return [one.label, one.missing].filter((part) => part !== '').join(' ');
      const range = one.rounds > 1 ? `${one.min.toFixed(2)} to ${one.max.toFixed(2)}` : '';
      const notes = [range, from(figure?.of ?? '')].filter((note) => note !== '').join('; ');
      return [one.label, one.value.toFixed(2), notes && `(${notes})`].filter((part) => part !== '').join(' ');
    })
    .join(', ');
}
