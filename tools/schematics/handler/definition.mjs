/**
 * The definition of a task, as a file of libs/tasks.
 * @param {import('./wish.mjs').Wish} wish
 */
export function definitionOf({ names, queue, attempts, timeout }) {
  const isTriedAgain = attempts > 1;
  return [
    `import { ${isTriedAgain ? 'defineTask, exponential' : 'defineTask'} } from '@app/queue/definitions';`,
    `import { z } from 'zod';`,
    '',
    `/** The ${words(names)}. Say here what has happened when it is done, and why a second run of one task does no harm. */`,
    `export const ${names.constant} = defineTask({`,
    `  name: '${names.task}',`,
    `  queue: '${queue}',`,
    `  attempts: ${numeral(attempts)},`,
    ...(isTriedAgain ? ['  backoff: exponential({ initial: 1_000, max: 60_000 }),'] : []),
    `  timeout: ${numeral(timeout)},`,
    `  description: '${sentence(names)}',`,
    '  payload: z.strictObject({',
    `    id: z.string().min(1).max(200).meta({ description: 'What is worked on.', examples: ['4711'] }),`,
    '  }),',
    '});',
    '',
  ].join('\n');
}

/**
 * The task's line in docs/tasks.md.
 * @param {import('./wish.mjs').Wish} wish
 */
export function docsLineOf({ names, queue, attempts, timeout }) {
  const cells = [`\`${names.task}\``, `\`${queue}\``, attempts, timeout.toLocaleString('en'), sentence(names)];
  return `| ${cells.join(' | ')} |`;
}

/**
 * The task's contract in contracts.json, as `warren contracts write` makes it of the definition.
 * @param {import('./wish.mjs').Wish} wish
 */
export function contractOf({ names, queue }) {
  const id = { type: 'string', minLength: 1, maxLength: 200 };
  const payload = { type: 'object', properties: { id }, required: ['id'], additionalProperties: false };
  return { name: names.task, queue, format: 'nest', version: 1, oldestVersion: 1, payload };
}

/** @param {import('./wish.mjs').Names} names */
const words = ({ file }) => file.replaceAll('-', ' ');

/** @param {import('./wish.mjs').Names} names */
const sentence = (names) => `Runs the ${words(names)}.`;

/** 60000 as `60_000`. @param {number} value */
const numeral = (value) => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, '_');
