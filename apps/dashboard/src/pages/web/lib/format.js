/** `1,204`; a dash for what nobody knows. */
export function count(value) {
  return value === undefined || value === null ? '–' : Math.round(value).toLocaleString('en');
}

/** `41.2`, `0.4`, `1,204`: a rate for people. */
export function rate(value) {
  if (value === undefined || value === null) return '–';
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

/** `2 of 5`; before the first run that there was none. */
export function attemptText(attempt, most) {
  if (attempt === 0) return 'none yet';
  return most === undefined ? count(attempt) : `${count(attempt)} of ${count(most)}`;
}

/** `14:05`, or `14:05:30` where ticks are less than a minute apart: seconds since 1970, in the reader's own zone. */
export function clock(seconds, step) {
  const parts = { hour: '2-digit', minute: '2-digit', ...(step < 60 ? { second: '2-digit' } : {}) };
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB', parts);
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** Milliseconds as people say them: `310 ms`, `4.2 s`, `42 s`, `3 h`. */
export function duration(milliseconds) {
  if (milliseconds === undefined || milliseconds === null || Number.isNaN(milliseconds)) return '–';
  const size = Math.abs(milliseconds);
  if (size < 999.5) return `${Math.round(milliseconds)} ms`;
  const [unit, name] = UNITS.find(([length]) => size >= length * 0.9995) ?? UNITS.at(-1);
  const value = milliseconds / unit;
  return `${value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 9.95 ? 1 : 0 })} ${name}`;
}

/** An age that may be more than is known: `≥ 42 s`. */
export function age(milliseconds, isAtLeast) {
  const text = duration(milliseconds);
  return isAtLeast && text !== '–' ? `≥ ${text}` : text;
}

/** `12 min ago`, `in 4 s`, `now`. */
export function relative(at, now) {
  if (at === undefined || at === null) return '–';
  const distance = at - now;
  if (Math.abs(distance) < 1_000) return 'now';
  return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`;
}

/** The whole time, for a tooltip, in the reader's own zone. */
export function absolute(at) {
  return at === undefined || at === null
    ? ''
    : new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `1,048,576 bytes`, `212 MB`. */
export function bytes(value) {
  if (value === undefined || value === null) return '–';
  if (value < 10_000) return `${value.toLocaleString('en')} bytes`;
  if (value < 1_000_000) return `${Math.round(value / 1_000).toLocaleString('en')} kB`;
  return `${Math.round(value / 1_000_000).toLocaleString('en')} MB`;
}
