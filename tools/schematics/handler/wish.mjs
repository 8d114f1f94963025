import { Refusal } from './refusal.mjs';

/** @typedef {{ file: string, constant: string, type: string, task: string }} Names of file, definition, classes and task */
/** @typedef {{ names: Names, queue: string, attempts: number, timeout: number }} Wish */

const COMMAND = 'npx nest generate handler';
const MAX_NAME = 60;

const DEFAULTS = { queue: 'tasks', attempts: 3, timeout: 60_000 };

/** What the generated files mean something else by: what they import, and what is there anyway. */
export const TAKEN = new Set([
  'abort-signal',
  'after-all',
  'after-each',
  'before-all',
  'define-task',
  'payload-of',
  'run-task',
  'task-context',
  'test-process',
  'test-producer',
  'wait-for',
]);

/** A queue's name as it is written without quoting anywhere; the library itself takes more (`assertQueueName`). */
const QUEUE = /^(?!amq\.|delay\.|warren\.)[A-Za-z0-9][A-Za-z0-9._-]{0,189}$(?<!\.dlq|\.quarantine)/;

/**
 * What is asked for, from the options of a command line.
 * @param {Readonly<Record<string, unknown>>} options
 * @returns {Wish}
 */
export function readWish(options) {
  const { project } = options;
  if (project !== undefined && project !== 'worker')
    throw new Refusal(`Handlers live in apps/worker, not in ${text(project)}. Leave --project out.`);
  return {
    names: namesOf(text(options['name'])),
    queue: readQueue(options['queue']),
    attempts: readWholeNumber('attempts', options['attempts'], 1_000_000),
    timeout: readWholeNumber('timeout', options['timeout'], 2_147_483_647),
  };
}

/**
 * All names of a handler: `invoice-export` is the task `invoice.export`, the definition `invoiceExport`, the class `InvoiceExport`.
 * @param {string} name
 * @returns {Names}
 */
export function namesOf(name) {
  if (!/^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)+$/.test(name))
    throw new Refusal(`${complaint(name)}: ${COMMAND} ${better(name)}`);
  if (name.length > MAX_NAME)
    throw new Refusal(`The name has ${name.length} characters, and ${MAX_NAME} is the most: ${COMMAND} invoice-export`);
  if (TAKEN.has(name))
    throw new Refusal(`"${name}" is something else in the generated files. Take another: ${COMMAND} ${name}-run`);
  const type = name.split('-').map(capital).join('');
  const constant = type.charAt(0).toLowerCase() + type.slice(1);
  return { file: name, constant, type, task: name.replace(/-([^-]+)$/, '.$1') };
}

/** @param {string} name */
function complaint(name) {
  if (name === '') return 'A handler needs a name, what is worked on and what is done with it';
  if (/^[a-z][a-z0-9]*$/.test(name)) return `"${name}" is one word. Name what is worked on and what is done with it`;
  return `"${name}" cannot be a handler’s name. It takes lower-case words, joined by hyphens, each beginning with a letter`;
}

/** A name that is accepted, made of one that is not. @param {string} name */
function better(name) {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/^\d+/, ''))
    .filter((word) => word !== '');
  if (words.length === 0) return 'invoice-export';
  return words.length === 1 ? `${words[0]}-run` : words.join('-');
}

/** @param {unknown} value */
function readQueue(value) {
  const queue = text(value ?? DEFAULTS.queue);
  if (QUEUE.test(queue)) return queue;
  throw new Refusal(
    `"${queue}" cannot be the queue’s name: letters, digits, ".", "_" and "-", at most 190; not beginning with "amq.", "delay." or "warren.", ` +
      'not ending with ".dlq" or ".quarantine". For instance: --queue invoices',
  );
}

/** @param {'attempts' | 'timeout'} option @param {unknown} value @param {number} max */
function readWholeNumber(option, value, max) {
  const number = Number(value ?? DEFAULTS[option]);
  if (Number.isInteger(number) && number >= 1 && number <= max && value !== '') return number;
  const unit = option === 'timeout' ? ' of milliseconds' : '';
  throw new Refusal(
    `--${option} takes a whole number${unit} from 1 to ${max}, not "${text(value)}". For instance: --${option} ${DEFAULTS[option]}`,
  );
}

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** What was typed, which the command line has taken for a number or a yes where it looks like one. @param {unknown} value */
const text = (value) => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '');
