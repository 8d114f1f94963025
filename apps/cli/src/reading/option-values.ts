import { InvalidArgumentError } from 'commander';
import { parseDuration, parseSince, parseTime } from './times';

/** Reads an option's value as a whole number from `min` on. @throws InvalidArgumentError, which commander turns into one sentence. */
export function wholeNumberFrom(min: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
    throw new InvalidArgumentError(`It takes a whole number from ${min}.`);
  };
}

/** Reads an option's value as a duration in milliseconds. @throws InvalidArgumentError */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new InvalidArgumentError('It takes a duration: 500ms, 10s, 15m, 2h or 7d.');
}

/** Reads an option's value as a time of the past, in milliseconds since 1970. @throws InvalidArgumentError */
export function since(text: string): number {
  const time = parseSince(text, Date.now());
  if (time !== undefined) return time;
  throw new InvalidArgumentError('It takes 90s, 15m, 2h, 7d or a time like 2026-11-21T08:30.');
}

/** Reads an option's value as a point in time, in milliseconds since 1970. @throws InvalidArgumentError */
export function pointInTime(text: string): number {
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError('It takes a time like 2026-11-21T08:30 or 2026-11-21T08:30Z.');
}

/** Collects the values of an option that may be repeated. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
