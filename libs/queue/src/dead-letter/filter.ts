import { InvalidFilterError } from '../errors';
import type { Problem } from '../errors';
import type { DeadLetter } from './dead-letter';

/** Which dead letters are meant: those that match every property given. */
export interface DeadLetterFilter {
  /** The work queues whose dead-letter queues are looked through. Default: all that are defined. */
  readonly queue?: string | readonly string[];
  /** As in {@link DeadLetter.reason}. */
  readonly reason?: string | readonly string[];
  /** Names of tasks. */
  readonly name?: string | readonly string[];
  /** Put aside then or later, in milliseconds since 1970. What does not tell when it was put aside is left out. */
  readonly since?: number;
  /** Ids of tasks, or of dead letters. */
  readonly id?: string | readonly string[];
  /** Whether one that matches the rest is meant as well. Asked of each as it is read; what it throws ends the reading. */
  readonly where?: (deadLetter: DeadLetter) => boolean;
  /** At most so many, the oldest of each queue first. Default: all. */
  readonly limit?: number;
}

/** @throws InvalidFilterError when a number is none: a slip there would mean more dead letters than meant. */
export function checkFilter({ since, limit }: DeadLetterFilter): void {
  const problems: Problem[] = [];
  if (since !== undefined && !Number.isFinite(since)) {
    problems.push({ path: 'since', message: `must be milliseconds since 1970, not ${since}` });
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    problems.push({ path: 'limit', message: `must be a whole number from 1, not ${limit}` });
  }
  if (problems.length > 0) throw new InvalidFilterError(problems);
}

/** Whether a dead letter is meant. Its queue and the limit are the reader's matter. */
export function isMeant({ reason, name, since, id, where }: DeadLetterFilter, deadLetter: DeadLetter): boolean {
  return (
    isAmong(reason, [deadLetter.reason]) &&
    isAmong(name, [deadLetter.name]) &&
    isAmong(id, [deadLetter.id, deadLetter.deadLetterId]) &&
    (since === undefined || (deadLetter.time !== undefined && deadLetter.time >= since)) &&
    where?.(deadLetter) !== false
  );
}

function isAmong(wanted: string | readonly string[] | undefined, found: readonly (string | undefined)[]): boolean {
  if (wanted === undefined) return true;
  return found.some((value) => value !== undefined && listOf(wanted).includes(value));
}

/** One or several, as a list. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
