import { adding } from '../measurements/adding.mjs';
import { everyone, shareOf, types } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case @typedef {import('../cases.mjs').Participant} Participant */

/** Adds that count, and before them those that do not: one by one it takes some thousand of them until V8 has compiled all of a client. */
const COUNTS = {
  '1-200': { quick: { count: 800, warmUp: 2_000 }, full: { count: 5_000, warmUp: 6_000 } },
  '1-10k': { quick: { count: 500, warmUp: 1_000 }, full: { count: 3_000, warmUp: 4_000 } },
  '256-200': { quick: { count: 10_000, warmUp: 5_000 }, full: { count: 60_000, warmUp: 20_000 } },
  '256-10k': { quick: { count: 2_000, warmUp: 1_000 }, full: { count: 10_000, warmUp: 2_000 } },
};

/** Adds by a client that writes a message in two packets and waits 40 ms between them: 23 a second. */
const NAGLED = { count: 40, warmUp: 5 };

/** Of the tasks with 256 outstanding, for who adds one by one there as well: pika and Celery add 800 to 2,000 a second, others up to 50,000. */
const ONE_BY_ONE_SHARE = { '256-200': 0.05, '256-10k': 0.15 };

/** Of the tasks one by one, for who adds 500 a second where others add 2,000. */
const NEST_SHARE = 0.3;

/** Adds that do not count of the clients in Python, which has nothing to compile. */
const PYTHON_WARM_UP = 500;

const BULK = 10_000;

const SIZES = /** @type {const} */ ([
  { text: '200', size: 200 },
  { text: '10k', size: 10_000 },
]);

/** @param {boolean} isQuick @returns {Case[]} */
export function addingCases(isQuick) {
  const scale = isQuick ? 'quick' : 'full';
  const common = { kinds: /** @type {const} */ (['add']), figure: 'rate', isMoreBetter: true, measure: adding };
  const cases = [1, 256].flatMap((outstanding) =>
    SIZES.flatMap(({ text, size }) =>
      types.map((queueType) => {
        const key = /** @type {keyof typeof COUNTS} */ (`${outstanding}-${text}`);
        const way = outstanding === 1 ? 'one by one' : `${outstanding} outstanding`;
        return {
          ...common,
          name: `add-${key}-${queueType}`,
          title: `add ${way}, ${text === '200' ? '200 B' : '10 KB'}, ${queueType}`,
          participants: participantsOf(key, COUNTS[key][scale]),
          trial: {
            kind: /** @type {const} */ ('add'),
            queueType,
            size,
            outstanding,
            ...COUNTS[key][scale],
          },
          ...quickFor(key, queueType),
        };
      }),
    ),
  );
  const bulk = types.map((queueType) => ({
    ...common,
    kinds: /** @type {const} */ (['add-bulk']),
    name: `add-bulk-${queueType}`,
    title: `addBulk of 10,000, 200 B, ${queueType}`,
    participants: everyone(),
    trial: {
      kind: /** @type {const} */ ('add-bulk'),
      queueType,
      size: 200,
      outstanding: 256,
      count: BULK,
      warmUp: 20_000,
    },
    ...(queueType === 'quorum' && { quick: ['amqplib', 'warren'] }),
  }));
  return [...cases, ...bulk];
}

/** @param {keyof typeof COUNTS} key @param {{ count: number, warmUp: number }} counts @returns {readonly Participant[]} */
function participantsOf(key, counts) {
  const python = { warmUp: Math.min(counts.warmUp, PYTHON_WARM_UP) };
  if (key === '1-200')
    return everyone({
      nest: shareOf(counts, NEST_SHARE),
      pika: python,
      celery: python,
    });
  if (key !== '1-10k') {
    const oneByOne = { ...shareOf(counts, ONE_BY_ONE_SHARE[key]), ...python };
    return everyone({ pika: oneByOne, celery: oneByOne });
  }
  return [
    ...everyone({
      amqplib: { noDelay: true },
      'amqplib-same-messages': { noDelay: true },
      nest: NAGLED,
      pika: python,
      celery: python,
    }),
    { contestant: 'amqplib', label: 'amqplib without noDelay', trial: NAGLED },
  ];
}

/** @param {keyof typeof COUNTS} key @param {string} queueType @returns {{ quick?: string[] }} */
function quickFor(key, queueType) {
  if (key === '256-10k') return {};
  if (queueType === 'classic') return key === '256-200' ? { quick: ['amqplib', 'warren'] } : {};
  return { quick: key === '256-200' ? ['amqplib', 'warren', 'bullmq-always'] : ['amqplib', 'warren'] };
}
