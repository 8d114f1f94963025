/** What a terminal obeys or hides instead of showing it: controls, direction marks and their kin, line separators, half pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A stranger's text on one line: nothing in it moves the cursor, paints, or forges a line. */
export function inertLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** A stranger's text on lines of its own, each of which begins with a mark that the text cannot write by itself. */
export function inertLines(text: string, mark: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => mark + inertLine(line))
    .join('\n');
}

/** The same value as JSON, on one line that is inert as well. */
export function inertJson(value: unknown): string {
  return inertLine(JSON.stringify(value));
}

/** As JSON writes it: backslash, u, four digits for each half. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return short ?? character.split('').map(escapedHalf).join('');
}

function escapedHalf(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
