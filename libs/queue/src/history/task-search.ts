import type { TaskState } from './task-record';

const STATES: readonly TaskState[] = [
  'delayed',
  'queued',
  'running',
  'retrying',
  'completed',
  'dead-lettered',
  'cancelled',
];

/** The words before a colon that a search understands, each with an example. */
const QUALIFIERS = {
  name: 'name:image.*',
  state: 'state:dead-lettered,retrying',
  queue: 'queue:images',
  error: 'error:ENOSPC',
  since: 'since:1h',
  id: 'id:0198f3',
} as const;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What stands between the `*` of a pattern, in lower case; one part alone is the whole name. */
export type NamePattern = readonly string[];

/** What tasks are looked for; all that is given has to hold. */
export interface TaskSearch {
  /** Of the task's name; `*` stands for anything. One of them. */
  readonly names?: readonly NamePattern[];
  readonly states?: ReadonlySet<TaskState>;
  /** As for {@link names}. */
  readonly queues?: readonly NamePattern[];
  /** Stands in the error, in lower case. */
  readonly error?: string;
  /** Something was heard of it since then: milliseconds since 1970. */
  readonly since?: number;
  /** How the id begins. */
  readonly id?: string;
  /** Each stands in the id, the name, the queue, the error or the worker; in lower case. */
  readonly words?: readonly string[];
}

/** A word of a search that cannot be used, and what to write instead. */
export interface SearchProblem {
  readonly word: string;
  readonly message: string;
}

/** What a text asks for, or what is wrong with it. */
export type ParsedSearch =
  | { readonly search: TaskSearch; readonly problem?: undefined }
  | { readonly search?: undefined; readonly problem: SearchProblem };

type Fields = { -readonly [Key in keyof TaskSearch]: TaskSearch[Key] };

/**
 * Reads the search language: words apart by spaces, all of which have to hold. `name:` and `queue:` take names with `*` and several by
 * commas, `state:` states by commas, `error:` a part of the error, `since:` an age (`30s`, `15m`, `2h`, `7d`) or a time (ISO 8601),
 * `id:` the beginning of an id. Any other word stands in the id, the name, the queue, the error or the worker. Quotation marks keep
 * words together, and text from being taken for one of these: `error:"no space"`, `"http://x"`.
 */
export function parseTaskSearch(text: string, now: number): ParsedSearch {
  const fields: Fields = {};
  for (const [word] of text.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)) {
    const message = takeWord(word, fields, now);
    if (message !== undefined) return { problem: { word, message } };
  }
  return { search: fields };
}

function takeWord(word: string, fields: Fields, now: number): string | undefined {
  const [, qualifier = '', rest = ''] = /^([^":]+):(.*)$/s.exec(word) ?? [];
  if (qualifier === '') {
    fields.words = [...(fields.words ?? []), unquoted(word).toLowerCase()];
    return undefined;
  }
  if (!isQualifier(qualifier)) {
    return `"${qualifier}:" is not known: use ${Object.keys(QUALIFIERS).join(':, ')}:, or quote the word to look for it as text`;
  }
  const value = unquoted(rest);
  if (value === '') return `nothing follows "${qualifier}:"; for example ${QUALIFIERS[qualifier]}`;
  if (qualifier === 'state') return takeStates(value, fields);
  if (qualifier === 'since') return takeSince(value, fields, now);
  if (qualifier === 'name') fields.names = patternsOf(value);
  else if (qualifier === 'queue') fields.queues = patternsOf(value);
  else if (qualifier === 'error') fields.error = value.toLowerCase();
  else fields.id = value;
  return undefined;
}

function takeStates(value: string, fields: Fields): string | undefined {
  const states = value.toLowerCase().split(',');
  const unknown = states.find((state) => !isState(state));
  if (unknown !== undefined) return `"${unknown}" is no state; the states are ${STATES.join(', ')}`;
  fields.states = new Set(states.filter(isState));
  return undefined;
}

function takeSince(value: string, fields: Fields, now: number): string | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(value) ?? [];
  const time = count === undefined ? timeOf(value) : now - Number(count) * (UNITS[unit] ?? 0);
  if (Number.isNaN(time)) return `"${value}" is no time: write an age (30s, 15m, 2h, 7d) or a time (2026-01-31T12:00)`;
  fields.since = time;
  return undefined;
}

/** Only what begins as ISO 8601 does: `Date.parse` takes a lot of other text for a time. */
function timeOf(value: string): number {
  return /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
}

function patternsOf(value: string): NamePattern[] {
  return value.split(',').map((name) => name.toLowerCase().split('*'));
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

function isQualifier(word: string): word is keyof typeof QUALIFIERS {
  return Object.hasOwn(QUALIFIERS, word);
}

function isState(word: string): word is TaskState {
  return (STATES as readonly string[]).includes(word);
}
