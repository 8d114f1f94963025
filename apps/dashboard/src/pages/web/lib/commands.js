/** A word as a shell takes it whole. */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${String(word).replaceAll("'", `'\\''`)}'`;
}

/** The command line that does what a button does. */
export function command(...words) {
  return ['npx', 'warren', ...words.filter((word) => word !== undefined)].map(quoted).join(' ');
}

/** The command line for dead letters of a queue, by their ids; `undefined` where no ids mean just these. */
export function deadLettersCommand(action, queue, ids) {
  if (ids === undefined || ids.length === 0) return undefined;
  return command('dead-letters', action, ...ids, '--queue', queue);
}
