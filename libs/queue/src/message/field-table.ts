/** AMQP's short strings (names of headers, text properties) hold this many bytes. */
const MAX_SHORT_STRING_BYTES = 255;

/** Tables within tables beyond this depth are nobody's headers, and would cost the reader its stack. */
const MAX_DEPTH = 100;

/** Whether a text fits a short string. What was received may not: each byte that is no UTF-8 was read as three. */
export function isShortString(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_SHORT_STRING_BYTES;
}

/**
 * Bytes of one entry of a table of headers on the wire, at most; infinite for what the AMQP client cannot write. It
 * guesses a number's type, and so throws on fractions from 2^50 on and on what exceeds 64 bits.
 */
export function entryBytes(name: string, value: unknown, depth = 0): number {
  return isShortString(name) ? 1 + Buffer.byteLength(name) + valueBytes(value, depth) : Infinity;
}

/** One byte says the type; texts, bytes, lists and tables are preceded by four bytes of length. */
function valueBytes(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return 5 + Buffer.byteLength(value);
    case 'number':
      return Number.isSafeInteger(value) || Math.abs(value) < 2 ** 50 ? 9 : Infinity;
    case 'boolean':
      return 2;
    case 'undefined':
      return 0;
    case 'object':
      return value === null ? 1 : objectBytes(value, depth + 1);
    default:
      return Infinity;
  }
}

function objectBytes(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return Infinity;
  if (Buffer.isBuffer(value)) return 5 + value.length;
  if (Array.isArray(value)) return sum(value.map((item) => valueBytes(item ?? null, depth)));
  if (Object.hasOwn(value, '!')) return typedBytes(value as { '!': unknown; value?: unknown });
  return sum(Object.entries(value).map(([name, item]) => entryBytes(name, item, depth)));
}

/** As the client hands out what JavaScript has no type for: `{ '!': 'timestamp', value: 1 }`. */
function typedBytes({ '!': type, value }: { '!': unknown; value?: unknown }): number {
  if (type === 'timestamp') return Number.isSafeInteger(value) && Number(value) >= 0 ? 9 : Infinity;
  return type === 'decimal' && typeof value === 'object' && value !== null ? 6 : Infinity;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 5);
}
