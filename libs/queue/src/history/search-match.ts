import type { TaskEntry } from './task-entry';
import type { NamePattern, TaskSearch } from './task-search';

/**
 * A test for one search. Names and queues are the same few again and again, so what a pattern says of one is remembered as long as
 * the test is used.
 */
export function matcherOf(search: TaskSearch): (entry: TaskEntry) => boolean {
  const { states, error, since, id, words } = search;
  const isNamed = remembered(search.names);
  const isQueued = remembered(search.queues);
  const lower = lowerCase();
  return (entry) => {
    if (since !== undefined && entry.updatedAt < since) return false;
    if (states !== undefined && !states.has(entry.state)) return false;
    if (id !== undefined && !entry.id.startsWith(id)) return false;
    if (!isNamed(entry.name ?? '') || !isQueued(entry.queue)) return false;
    if (error !== undefined && !lower(entry.error).includes(error)) return false;
    return words === undefined || words.every((word) => stands(word, entry, lower));
  };
}

function stands(word: string, entry: TaskEntry, lower: (text: string | undefined) => string): boolean {
  return (
    entry.id.toLowerCase().includes(word) ||
    lower(entry.name).includes(word) ||
    lower(entry.queue).includes(word) ||
    lower(entry.error).includes(word) ||
    lower(entry.worker).includes(word) ||
    (entry.note?.toLowerCase().includes(word) ?? false)
  );
}

function remembered(patterns: readonly NamePattern[] | undefined): (text: string) => boolean {
  if (patterns === undefined) return () => true;
  const known = new Map<string, boolean>();
  return (text) => {
    let matches = known.get(text);
    if (matches === undefined) {
      const lower = text.toLowerCase();
      matches = patterns.some((pattern) => fitsPattern(lower, pattern));
      known.set(text, matches);
    }
    return matches;
  };
}

/** Not by a regular expression: one of many stars takes for ever on a name that almost fits. */
function fitsPattern(name: string, [first = '', ...rest]: NamePattern): boolean {
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const place = name.indexOf(part, from);
    if (place === -1) return false;
    from = place + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

function lowerCase(): (text: string | undefined) => string {
  const known = new Map<string, string>();
  return (text = '') => {
    let lower = known.get(text);
    if (lower === undefined) {
      lower = text.toLowerCase();
      known.set(text, lower);
    }
    return lower;
  };
}
