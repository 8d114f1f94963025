/** What differs from one failure to the next of the same kind, and what stands for it. In this order. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/"[^"\n]{0,200}"|'[^'\n]{0,200}'|`[^`\n]{0,200}`|“[^”\n]{0,200}”/g, '"…"'],
  [/\bhttps?:\/\/\S+/g, '<url>'],
  [/(?:\/[\w.@-]+){2,}/g, '<path>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
];

const MAX_LENGTH = 300;

/** The kind of an error: its text without what is another in each (numbers, ids, quoted values, paths, addresses). */
export function fingerprintOf(error: string): string {
  const [firstLine = ''] = error.slice(0, 2_000).split('\n');
  return VARIABLE.reduce((text, [pattern, place]) => text.replace(pattern, place), firstLine).slice(0, MAX_LENGTH);
}
