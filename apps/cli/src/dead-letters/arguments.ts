import type { DeadLetterFilter, DeadLetterReason } from '@app/queue/operating';
import { UsageError } from '../exit-codes';
import { named } from '../reading/names';

/** What the command is told to do. */
export interface DeadLetterCommand {
  readonly action: DeadLetterAction;
  readonly filter: DeadLetterFilter;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly body: boolean;
  /** It was agreed to on the command line. */
  readonly yes: boolean;
}

/** What can be done with dead letters. */
export type DeadLetterAction = 'list' | 'show' | 'redrive' | 'purge';

/** The options of the commands, as they are read. No command has all of them. */
export interface DeadLetterOptions {
  readonly queue?: readonly string[];
  readonly reason?: readonly string[];
  readonly name?: readonly string[];
  readonly since?: number;
  readonly limit?: number;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly body?: boolean;
  readonly json?: boolean;
}

const REASONS: Readonly<Record<DeadLetterReason | 'foreign', true>> = {
  'attempts-exhausted': true,
  unrecoverable: true,
  'timed-out': true,
  expired: true,
  'crash-loop': true,
  'invalid-payload': true,
  'newer-version': true,
  'older-version': true,
  'unknown-task': true,
  undecodable: true,
  'too-large': true,
  refused: true,
  rejected: true,
  foreign: true,
};

/** The reasons that there are, besides the broker's own. */
export const reasons: readonly string[] = Object.keys(REASONS);

const LIST_LIMIT = 100;
const DEAD_LETTER_SUFFIX = /\.dlq$/;

/** What the options and ids mean. @throws UsageError */
export function commandOf(
  action: DeadLetterAction,
  ids: readonly string[],
  options: DeadLetterOptions,
): DeadLetterCommand {
  checkMeaning(action, options, named('ids of dead letters', ids));
  return {
    action,
    filter: filterOf(action, options, ids),
    dryRun: options.dryRun === true,
    json: options.json === true,
    body: options.body === true,
    yes: options.yes === true,
  };
}

/** What gives back or throws away says what it means; a flag forgotten must not mean everything. */
function checkMeaning(action: DeadLetterAction, options: DeadLetterOptions, ids: readonly string[]): void {
  const isFiltered = [options.reason, options.name, options.since, options.limit].some((value) => value !== undefined);
  if (options.all === true && ids.length > 0)
    throw new UsageError('--all and ids contradict each other; leave one out.');
  if (ids.length > 0 || isFiltered || options.all === true) return;
  if (action === 'redrive' && options.queue === undefined) {
    throw new UsageError('redrive needs ids, --queue, a filter (--reason, --name, --since, --limit), or --all.');
  }
  if (action === 'purge') throw new UsageError(vaguePurge(options.queue ?? []));
}

/** Whoever has named a queue and means all of it needs one word more. */
function vaguePurge(queues: readonly string[]): string {
  const filters = '(--reason, --name, --since, --limit)';
  if (queues.length === 0) return `purge needs ids, a filter ${filters}, or --all.`;
  const typed = queues.map((queue) => `--queue ${shellWord(queue)}`).join(' ');
  return (
    'purge throws away for good, and a queue alone is not enough: add a filter ' +
    `${filters}, or, for everything in it, --all: warren dead-letters purge ${typed} --all`
  );
}

function filterOf(action: DeadLetterAction, options: DeadLetterOptions, ids: readonly string[]): DeadLetterFilter {
  const { queue, reason, name, since } = options;
  const limit = options.limit ?? (action === 'list' && options.json !== true ? LIST_LIMIT : undefined);
  return {
    ...(queue === undefined ? {} : { queue: queue.map(queueOf) }),
    ...(reason === undefined ? {} : { reason: reason.map(reasonOf) }),
    ...(name === undefined ? {} : { name }),
    ...(since === undefined ? {} : { since }),
    ...(ids.length === 0 ? {} : { id: ids }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function queueOf(text: string): string {
  const queue = text.replace(DEAD_LETTER_SUFFIX, '');
  if (queue === '') throw new UsageError('--queue takes the name of a work queue, and got an empty one.');
  return queue;
}

function reasonOf(text: string): string {
  if (Object.hasOwn(REASONS, text) || /^broker:./.test(text)) return text;
  const known = `${reasons.slice(0, -1).join(', ')} or ${reasons.at(-1)}`;
  throw new UsageError(
    `--reason takes ${known}, or broker: and the broker's word; not ${JSON.stringify(text.slice(0, 100))}.`,
  );
}

/** As it is typed into a shell. */
function shellWord(text: string): string {
  return /^[\w.:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
