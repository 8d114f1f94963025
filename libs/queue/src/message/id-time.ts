/** A UUID of version 7, whose first 48 bits are milliseconds since 1970 (RFC 9562, section 5.7). */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/i;

/** When an id was made, in milliseconds since 1970, where it is one that says so: Warren's own do. */
export function idTimeOf(id: unknown): number | undefined {
  if (typeof id !== 'string' || !UUID_V7.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
