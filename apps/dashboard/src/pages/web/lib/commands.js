/** Characters that hide, turn round, or end a line: more than a page writes out, which has no use for a word that cannot be seen. */
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** A word as a shell takes it whole. */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : inQuotes(word);
}

/**
 * The command line that does what a button does; `undefined` where a word of it is not what it looks like. Words are what strangers have
 * chosen: they stand in quotes behind a `--`, so that none of them is an option.
 * @param action the command's own name, such as `worker stop`
 * @param options by their names; what is empty or missing is left out
 */
export function command(action, options, ...words) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== '');
  const strange = [...given.map(([, value]) => value), ...words];
  if (strange.some((word) => UNREADABLE.test(word))) return undefined;
  return [
    'npx warren',
    action,
    ...given.map(([name, value]) => `--${name} ${quoted(value)}`),
    ...(words.length === 0 ? [] : ['--', ...words.map(inQuotes)]),
  ].join(' ');
}

/** The command line for dead letters of a queue, by their ids; `undefined` where no ids mean just these. */
export function deadLettersCommand(action, queue, ids) {
  if (ids === undefined || ids.length === 0) return undefined;
  return command(`dead-letters ${action}`, { queue }, ...ids);
}

function inQuotes(word) {
  return `'${String(word).replaceAll("'", `'\\''`)}'`;
}
