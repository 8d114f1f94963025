const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const AMOUNT = /^(\d{1,9}(?:\.\d{1,9})?)(ms|[smhdw])$/;

const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads how long something takes: `500ms`, `90s`, `15m`, `2h`, `7d`, `1.5w`.
 * @returns whole milliseconds; `undefined` when it is something else
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = AMOUNT.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit] ?? 0));
}

/**
 * Reads a point in time: an ISO time (`2026-11-21`, which is midnight UTC, or `2026-11-21T08:30`, local time where it names no zone).
 * @returns milliseconds since 1970; `undefined` when it is something else
 */
export function parseTime(text: string): number | undefined {
  const date = ISO_TIME.exec(text)?.[1];
  const time = Date.parse(text);
  return date !== undefined && isDay(date) && Number.isFinite(time) ? time : undefined;
}

/**
 * Reads a time of the past: so long ago, as {@link parseDuration} reads it, or a time as {@link parseTime} does.
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; `undefined` when it is neither
 */
export function parseSince(text: string, now: number): number | undefined {
  const ago = parseDuration(text);
  return ago === undefined ? parseTime(text) : now - ago;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isDay(date: string): boolean {
  const time = Date.parse(date);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date);
}
