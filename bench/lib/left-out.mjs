import { allCases } from './cases.mjs';
import { contestants } from './contestants.mjs';

/** @typedef {import('../src/trial.js').Kind} Kind */
/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./contestants.mjs').Contestant} Contestant */
/** @typedef {import('./rounds.mjs').CaseResult} CaseResult */
/** @typedef {{ present: readonly string[], wanted: readonly string[], absent: Readonly<Record<string, string>> }} Turnout of a run: who is measured in it, who was to be, and who could not be had, and why */

const ONE_BY_ONE = 'their producers wait for each confirm, so that a call for many adds them one by one';
const OTHER_LANGUAGE = 'programs in one language are compared, which begin with the same Node';
const OTHER_SERVER = 'its tasks are in Redis, whose answer is no part of what is compared';
const AMQPLIB_ITSELF = 'messages make no difference here: it would be amqplib again';

/** Why somebody takes no part in what asks for a kind of trial. @type {Readonly<Record<string, Readonly<Partial<Record<Kind, string>>>>>} */
const CANNOT = {
  'amqplib-same-messages': { work: AMQPLIB_ITSELF, start: AMQPLIB_ITSELF },
  pika: {
    'add-bulk': ONE_BY_ONE,
    work: 'its blocking client calls one handler after the other, and has no pool for tasks that wait or compute',
    start: OTHER_LANGUAGE,
  },
  celery: { 'add-bulk': ONE_BY_ONE, start: OTHER_LANGUAGE },
  'bullmq-always': { start: OTHER_SERVER },
  'bullmq-everysec': { start: OTHER_SERVER },
};

const PREFETCH =
  "it asks what a prefetch does, which is the broker's doing: amqplib shows it, and Warren that it is the same";

/** Why a case is for those only who are among its participants. @type {Readonly<Record<string, string>>} */
const NOT_FOR_ALL = {
  'prefetch-1-slow': PREFETCH,
  'prefetch-10-slow': PREFETCH,
  'prefetch-1-short': PREFETCH,
  'prefetch-10-short': PREFETCH,
  'cpu-threads-2': 'it asks what threads are worth beside the processes of cpu-2, not who is first',
  delay: 'it asks whether a task starts too early, or how late, not who is first',
  memory: "the goals are about Warren's own memory and plain Nest's; amqplib is there to tell what the client takes",
  backlog: 'it asks whether memory grows with the queue, not whose is the smallest',
};

/** Why somebody is missing who could have been there. */
const NO_GOAL = 'a quick run measures those whom a goal is about';
const NOT_WANTED = 'no part of this run';

/** The contestants that have no line in a case, as sentences, those with the same reason in one. @param {Pick<CaseResult, 'name' | 'lines'>} result @param {Turnout} turnout @returns {string[]} */
export function leftOutOf({ name, lines }, turnout) {
  const benchCase = allCases(false).find((one) => one.name === name);
  if (benchCase === undefined) return [];
  const missing = contestants.filter((one) => !lines.some(({ contestant }) => contestant === one.name));
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const contestant of missing) {
    const why = reasonOf(contestant, benchCase, turnout);
    byReason.set(why, [...(byReason.get(why) ?? []), contestant.name]);
  }
  return [...byReason].map(([why, names]) => `without ${names.join(', ')}: ${why}`);
}

/** What holds in every run comes before what is so in this one. @param {Contestant} contestant @param {Case} benchCase @param {Turnout} turnout @returns {string} */
function reasonOf({ name, kinds }, benchCase, { present, wanted, absent }) {
  const lacked = benchCase.kinds.find((kind) => !kinds.includes(kind));
  const isMeant = benchCase.participants.some(({ contestant }) => contestant === name);
  const always = isMeant ? lacked && CANNOT[name]?.[lacked] : NOT_FOR_ALL[benchCase.name];
  return always ?? absent[name] ?? ([...present, ...wanted].includes(name) ? NO_GOAL : NOT_WANTED);
}

/**
 * Who and what a report has nothing about, not even why: those that its run was not asked for, or has no case for.
 * @param {Pick<import('./run-report.mjs').Report, 'results' | 'absent' | 'unmeasured'>} report @returns {{ contestants: string[], cases: string[] }} names
 */
export function notAskedFor({ results, absent, unmeasured }) {
  const present = new Set(results.flatMap(({ lines }) => lines.map(({ contestant }) => contestant)));
  const measured = new Set(results.map(({ name }) => name));
  return {
    contestants: contestants.flatMap(({ name }) => (present.has(name) || name in absent ? [] : [name])),
    cases: allCases(false).flatMap(({ name }) => (measured.has(name) || name in unmeasured ? [] : [name])),
  };
}
