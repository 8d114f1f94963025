import { randomNumbers } from './random.mjs';

/**
 * @typedef {object} FaultKind
 * @property {number} every milliseconds between two of them, on average
 * @property {[least: number, most: number]} lasts milliseconds until it is over; for a kill: until the restart begins
 * @property {boolean} strikesBroker they strike one after the other: a broker that is down cannot be told to close a connection
 * @property {number} [recovery] milliseconds that the broker needs afterwards, about
 * @property {number} [earliest] milliseconds after the start
 */

/**
 * On a node of its own RabbitMQ writes down some seconds after the declaration that a new quorum queue exists (2 s on 3.10,
 * 5 s on 4.x); a node killed before that has lost the queue and what was confirmed in it. That is the broker's, and is not
 * what is tried here: no node is killed so soon after a queue was declared.
 */
export const QUEUE_IS_WRITTEN = 6_000;

/** @type {Record<string, FaultKind>} */
export const faultKinds = {
  'worker-kill': { every: 8_000, lasts: [200, 2_000], strikesBroker: false },
  'connection-close': { every: 12_000, lasts: [0, 0], strikesBroker: true, recovery: 500 },
  blackhole: { every: 20_000, lasts: [1_000, 8_000], strikesBroker: false },
  'broker-kill': {
    every: 45_000,
    lasts: [0, 3_000],
    strikesBroker: true,
    recovery: 9_000,
    earliest: QUEUE_IS_WRITTEN,
  },
  'broker-freeze': { every: 60_000, lasts: [2_000, 9_000], strikesBroker: true, recovery: 2_000 },
  'queue-delete': { every: 40_000, lasts: [0, 0], strikesBroker: true, recovery: 1_000, earliest: 3_000 },
  alarm: { every: 50_000, lasts: [2_000, 6_000], strikesBroker: true, recovery: 3_000 },
};

/** Nothing strikes in the last moment: a fault should be seen to be overcome. */
const LAST_MOMENTS = 1_000;

/**
 * @typedef {object} Fault
 * @property {string} kind
 * @property {number} at milliseconds after the start
 * @property {number} lasts milliseconds
 * @property {number} pick 0 to 1: which of those that can be struck
 * @property {number} whim 0 to 1: how, where a fault can be done in several ways
 */

/**
 * Which faults strike when. Pure: the same seed gives the same plan. Each kind strikes at least once, spread over the whole time;
 * those that strike the broker are set apart by the time each takes, and may end up later than the time given.
 * @param {{ seed: string, seconds: number, kinds: readonly string[] }} options @returns {Fault[]} in the order of their times
 */
export function planFaults({ seed, seconds, kinds }) {
  const planned = kinds.flatMap((kind) => strikesOf(kind, seconds * 1_000, randomNumbers(`${seed}/${kind}`)));
  planned.sort((a, b) => a.at - b.at || a.kind.localeCompare(b.kind));
  return setApart(planned, seconds * 1_000);
}

/** One strike in each of as many equal parts of the time as there are strikes. @param {string} kind @param {number} time @param {() => number} random */
function strikesOf(kind, time, random) {
  const { every, lasts, earliest = 1_000 } = faultKinds[kind];
  const span = Math.max(0, time - LAST_MOMENTS - earliest);
  const count = Math.max(1, Math.round(span / every));
  return Array.from({ length: count }, (_, index) => ({
    kind,
    at: Math.round(earliest + ((index + random()) * span) / count),
    lasts: Math.round(lasts[0] + random() * (lasts[1] - lasts[0])),
    pick: random(),
    whim: random(),
  }));
}

/** @param {Fault[]} planned @param {number} time */
function setApart(planned, time) {
  /** @type {Fault[]} */
  const plan = [];
  const seen = new Set();
  let brokerIsFree = 0;
  let lastDeletion = -QUEUE_IS_WRITTEN;
  for (const fault of planned) {
    const { strikesBroker, recovery = 0 } = faultKinds[fault.kind];
    let { at } = fault;
    if (strikesBroker) at = Math.max(at, brokerIsFree);
    if (fault.kind === 'broker-kill') at = Math.max(at, lastDeletion + QUEUE_IS_WRITTEN);
    if (at > time && seen.has(fault.kind)) continue;
    seen.add(fault.kind);
    plan.push({ ...fault, at });
    if (strikesBroker) brokerIsFree = at + fault.lasts + recovery;
    if (fault.kind === 'queue-delete') lastDeletion = at;
  }
  return plan.sort((a, b) => a.at - b.at);
}
