import { adding } from '../measurements/adding.mjs';
import { everyone, types } from './participants.mjs';

/** @typedef {import('../cases.mjs').Case} Case @typedef {import('../cases.mjs').Participant} Participant */

/** Adds that count, and before them those that do not. */
const COUNTS = {
  '1-200': { quick: { count: 800, warmUp: 800 }, full: { count: 3_000, warmUp: 500 } },
  '1-10k': { quick: { count: 500, warmUp: 500 }, full: { count: 2_500, warmUp: 500 } },
  '256-200': { quick: { count: 10_000, warmUp: 5_000 }, full: { count: 60_000, warmUp: 10_000 } },
  '256-10k': { quick: { count: 2_000, warmUp: 1_000 }, full: { count: 10_000, warmUp: 2_000 } },
};

/** Adds by a client that sends a message in two packets and waits 40 ms between them: 23 a second. */
const NAGLED = { count: 40, warmUp: 5 };

const BULK = 10_000;

const SIZES = /** @type {const} */ ([
  { text: '200', size: 200 },
  { text: '10k', size: 10_000 },
]);

/** @param {boolean} isQuick @returns {Case[]} */
export function addingCases(isQuick) {
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
          participants: participantsOf(key),
          job: {
            kind: /** @type {const} */ ('add'),
            queueType,
            size,
            outstanding,
            ...COUNTS[key][isQuick ? 'quick' : 'full'],
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
    job: {
      kind: /** @type {const} */ ('add-bulk'),
      queueType,
      size: 200,
      outstanding: 256,
      count: BULK,
      warmUp: 5_000,
    },
    ...(queueType === 'quorum' && { quick: ['amqplib', 'warren'] }),
  }));
  return [...cases, ...bulk];
}

/** @param {keyof typeof COUNTS} key @returns {readonly Participant[]} */
function participantsOf(key) {
  if (key !== '1-10k') return everyone();
  return [
    ...everyone({ amqplib: { noDelay: true }, nest: NAGLED }),
    { contestant: 'amqplib', label: 'amqplib without noDelay', job: NAGLED },
  ];
}

/** @param {keyof typeof COUNTS} key @param {string} queueType @returns {{ quick?: string[] }} */
function quickFor(key, queueType) {
  if (key === '256-10k') return {};
  if (queueType === 'classic') return key === '256-200' ? { quick: ['amqplib', 'warren'] } : {};
  return { quick: key === '256-200' ? ['amqplib', 'warren', 'bullmq-always'] : ['amqplib', 'warren'] };
}
