/** A word that stands for any word, and one that stands for any number of words, none included. */
const ANY_WORD = '*';
const ANY_WORDS = '#';

/** Whether a pattern holds a word that is a wildcard. */
export function hasWildcard(pattern: string): boolean {
  return pattern.split('.').some((word) => word === ANY_WORD || word === ANY_WORDS);
}

/**
 * Whether a topic exchange of the broker would route this key to a queue that is bound by this pattern: words between dots, `*` for
 * one of them, `#` for any number, wherever it stands.
 */
export function matchesTopic(pattern: string, key: string): boolean {
  const words = key.split('.');
  // For each number of words: whether the pattern so far matches the first of them.
  let reached = [true, ...words.map(() => false)];
  for (const wanted of pattern.split('.')) {
    const next = words.map((word, index) => (wanted === ANY_WORD || wanted === word) && (reached[index] ?? false));
    reached = wanted === ANY_WORDS ? afterAnyWords(reached) : [false, ...next];
  }
  return reached.at(-1) === true;
}

/** All from the first one on. */
function afterAnyWords(reached: readonly boolean[]): boolean[] {
  const first = reached.indexOf(true);
  return reached.map((_, index) => first !== -1 && index >= first);
}
