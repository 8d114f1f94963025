const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Valid UTF-8 or nothing, a byte order mark included: a lossy decode would hand a handler other data than was sent. */
export function readText(content: Buffer): string | undefined {
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}

/** What the text says as JSON; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The same of bytes. */
export function readJson(content: Buffer): unknown {
  const text = readText(content);
  return text === undefined ? undefined : parseJson(text);
}

/**
 * Whether valid JSON has a whole number in it that JavaScript does not hold, and so was parsed as another one. Other languages write them; a
 * number with a point or an exponent is a floating one everywhere.
 */
export function hasInexactInteger(json: string): boolean {
  if (!/\d{16}/.test(json)) return false; // 2^53 - 1 has sixteen digits
  const numbers = withoutTexts(json).matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g);
  return [...numbers].some(([number]) => /^-?\d+$/.test(number) && isChanged(number));
}

/** Whether a whole number is another one in JavaScript; not what JavaScript itself writes with all its digits, up to 10^21. */
function isChanged(digits: string): boolean {
  const value = Number(digits);
  if (Number.isSafeInteger(value) || String(value) === digits) return false;
  return !Number.isFinite(value) || BigInt(value) !== BigInt(digits);
}

/** Without what stands between quotes. One step a character, since a text may have millions of them. */
function withoutTexts(json: string): string {
  let rest = '';
  let from = 0;
  for (let open = json.indexOf('"'); open >= 0; open = json.indexOf('"', from)) {
    rest += json.slice(from, open);
    from = endOfText(json, open + 1);
  }
  return rest + json.slice(from);
}

/** The place behind the quote that ends a text. */
function endOfText(json: string, from: number): number {
  for (let index = from; index < json.length; index += 1) {
    if (json[index] === '\\') index += 1;
    else if (json[index] === '"') return index + 1;
  }
  return json.length;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
