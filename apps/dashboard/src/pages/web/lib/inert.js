/** Characters that hide, turn round or cut off what stands beside them: controls, direction marks, half pairs. */
const TRICKY = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Cs}]/gu;

const HARMLESS = ['\n', '\t'];

/**
 * A stranger's text as it may stand on a page: what would change the order or the look of the text around it is written
 * out, as `\u202e`. Markup needs nothing more: texts are set as texts, never as HTML.
 */
export function inert(text) {
  return String(text).replace(TRICKY, (character) => (HARMLESS.includes(character) ? character : escaped(character)));
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The same on one line of at most so many characters, whole ones: an emoji is not cut in half. */
export function inertLine(text, length = 200) {
  const characters = Array.from(inert(String(text).slice(0, length * 4)).replace(/\s+/g, ' '));
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}
