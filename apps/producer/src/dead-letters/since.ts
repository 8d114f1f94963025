const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads a time of the past: so long ago (`90s`, `15m`, `2h`, `7d`, `1.5w`), or an ISO time (`2026-11-21`, which is
 * midnight UTC, or `2026-11-21T08:30`, local time where it names no zone).
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; `undefined` when it is neither
 */
export function parseSince(text: string, now: number): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  const date = ISO_TIME.exec(text)?.[1];
  const time = Date.parse(text);
  return date !== undefined && isDay(date) && Number.isFinite(time) ? time : undefined;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isDay(date: string): boolean {
  const time = Date.parse(date);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date);
}
