import { parseArgs } from 'node:util';
import type { DeadLetterFilter, DeadLetterReason } from '@app/queue';
import { parseSince } from './since';

/** What the command is told to do. */
export interface DeadLetterCommand {
  readonly action: Action;
  readonly filter: DeadLetterFilter;
  /** Ids were named one by one: nobody needs to be asked. */
  readonly isById: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly body: boolean;
  /** The purge was agreed to on the command line. */
  readonly yes: boolean;
}

/** The command line cannot be understood; the message says which flag, and what to write instead. */
export class UsageError extends Error {}

const ACTIONS = ['list', 'show', 'redrive', 'purge'] as const;
type Action = (typeof ACTIONS)[number];

const FLAGS = {
  queue: { type: 'string', multiple: true },
  reason: { type: 'string', multiple: true },
  name: { type: 'string', multiple: true },
  since: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  body: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** The actions that a flag is for, where these are not all of them. */
const ACTIONS_OF: Partial<Record<keyof Values, readonly Action[]>> = {
  reason: ['list', 'redrive', 'purge'],
  name: ['list', 'redrive', 'purge'],
  since: ['list', 'redrive', 'purge'],
  limit: ['list', 'redrive', 'purge'],
  all: ['redrive', 'purge'],
  'dry-run': ['redrive', 'purge'],
  yes: ['purge'],
  body: ['show'],
};

const REASONS: Readonly<Record<DeadLetterReason | 'foreign', true>> = {
  'attempts-exhausted': true,
  unrecoverable: true,
  'timed-out': true,
  expired: true,
  'crash-loop': true,
  'invalid-payload': true,
  'unknown-task': true,
  undecodable: true,
  'too-large': true,
  rejected: true,
  foreign: true,
};

const LIST_LIMIT = 100;
const DEAD_LETTER_SUFFIX = /\.dlq$/;

/**
 * Reads the command line.
 * @param now milliseconds since 1970
 * @returns `undefined` when help is asked for
 * @throws UsageError
 */
export function readArguments(args: readonly string[], now: number): DeadLetterCommand | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [named, ...ids] = positionals;
  const action = ACTIONS.find((candidate) => candidate === named);
  if (action === undefined) {
    throw new UsageError(
      named === undefined
        ? `Say what to do: ${listed(ACTIONS)}.`
        : `${quoted(named)} is no command; say ${listed(ACTIONS)}.`,
    );
  }
  checkFlags(action, values);
  checkMeaning(action, values, ids);
  return {
    action,
    filter: filterOf(action, values, ids, now),
    isById: ids.length > 0,
    dryRun: values['dry-run'] === true,
    json: values.json === true,
    body: values.body === true,
    yes: values.yes === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function checkFlags(action: Action, values: Values): void {
  for (const [flag, actions] of Object.entries(ACTIONS_OF)) {
    if (values[flag as keyof Values] !== undefined && !actions.includes(action)) {
      throw new UsageError(`--${flag} is for ${listed(actions)}, not for ${action}; leave it out.`);
    }
  }
}

/** What gives back or throws away says what it means; a flag forgotten must not mean everything. */
function checkMeaning(action: Action, values: Values, ids: readonly string[]): void {
  const isFiltered = [values.reason, values.name, values.since, values.limit].some((value) => value !== undefined);
  if (action === 'show' && ids.length === 0) throw new UsageError('show needs an id; list shows them.');
  if (values.all === true && ids.length > 0)
    throw new UsageError('--all and ids contradict each other; leave one out.');
  if (ids.length > 0 || isFiltered || values.all === true) return;
  if (action === 'redrive' && values.queue === undefined) {
    throw new UsageError('redrive needs ids, --queue, a filter (--reason, --name, --since, --limit), or --all.');
  }
  if (action === 'purge') throw new UsageError(vaguePurge(values.queue ?? []));
}

/** Whoever has named a queue and means all of it needs one word more. */
function vaguePurge(queues: readonly string[]): string {
  const filters = '(--reason, --name, --since, --limit)';
  if (queues.length === 0) return `purge needs ids, a filter ${filters}, or --all.`;
  const typed = queues.map((queue) => `--queue ${shellWord(queue)}`).join(' ');
  return (
    'purge throws away for good, and a queue alone is not enough: add a filter ' +
    `${filters}, or, for everything in it, --all: npm run dead-letters -- purge ${typed} --all`
  );
}

function filterOf(action: Action, values: Values, ids: readonly string[], now: number): DeadLetterFilter {
  const { queue, reason, name, since } = values;
  const limit = limitOf(values) ?? (action === 'list' && values.json !== true ? LIST_LIMIT : undefined);
  return {
    ...(queue === undefined ? {} : { queue: queue.map(queueOf) }),
    ...(reason === undefined ? {} : { reason: reason.map(reasonOf) }),
    ...(name === undefined ? {} : { name }),
    ...(since === undefined ? {} : { since: sinceOf(since, now) }),
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
  throw new UsageError(
    `--reason takes ${listed(Object.keys(REASONS))}, or broker: and the broker's word; not ${quoted(text)}.`,
  );
}

function sinceOf(text: string, now: number): number {
  const since = parseSince(text, now);
  if (since !== undefined) return since;
  throw new UsageError(`--since takes 90s, 15m, 2h, 7d or a time like 2026-11-21T08:30, not ${quoted(text)}.`);
}

function limitOf({ limit }: Values): number | undefined {
  if (limit === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit);
  throw new UsageError(`--limit takes a whole number from 1, not ${quoted(limit)}.`);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** As it is typed into a shell. */
function shellWord(text: string): string {
  return /^[\w.:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
