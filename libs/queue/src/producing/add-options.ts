import { priorityProblem } from '../define-queue';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import { InvalidAddOptionsError } from '../errors';
import type { Problem } from '../errors';
import { entryBytes, isShortString } from '../message/field-table';
import { header, isBrokerHeader } from '../message/headers';
import { MAX_DELAY_MS } from '../topology/delay-levels';
import type { AddOptions } from './task-queue';

const MAX_ID_CHARACTERS = 128;
const MAX_TIMEOUT_MS = 600_000;

/** All headers travel in one frame, and the AMQP client writes 65,536 bytes of them; a dead letter adds Warren's own. */
const MAX_HEADER_BYTES = 32_000;

/** Header names that Warren writes when it puts a task aside. */
const OWN_HEADERS = new Set<string>(Object.values(header));

/** What options are for: a task, or an event, whose queue is its exchange. */
interface AddedFor extends Pick<TaskDefinition, 'expiresAfter'> {
  readonly queue: Pick<QueueDefinition, 'name' | 'maxPriority'>;
}

/** When a task may run, as its options and its definition say it. */
export interface AddTimes {
  /** Milliseconds before it may be handed out. */
  readonly delay: number;
  /** From then on, in milliseconds since 1970, no run of it begins. */
  readonly expiresAt: number | undefined;
}

/**
 * @param now milliseconds since 1970
 * @throws InvalidAddOptionsError that lists every option that cannot be used.
 */
export function checkAddOptions(task: AddedFor, options: AddOptions, now: number): AddTimes {
  const { id, timeout, headers, priority } = options;
  const problems: Problem[] = timeProblems(options, now);
  const rank = priority === undefined ? undefined : priorityProblem(task.queue, priority);
  if (rank !== undefined) problems.push({ path: 'priority', message: rank });
  if (id !== undefined && !isId(id)) {
    problems.push({
      path: 'id',
      message: `must be a string of 1 to ${MAX_ID_CHARACTERS} printable characters and 255 bytes at most`,
    });
  }
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout >= 1 && timeout <= MAX_TIMEOUT_MS)) {
    problems.push({ path: 'timeout', message: `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}` });
  }
  if (headers !== undefined) problems.push(...headerProblems(headers));
  if (problems.length > 0) throw new InvalidAddOptionsError(problems);
  const times = timesOf(task, options, now);
  if (times.expiresAt !== undefined && times.expiresAt <= now + times.delay) {
    const message = 'would be over before the delay, so that no run could begin';
    const path = options.expiresIn === undefined ? 'delay' : 'expiresIn';
    throw new InvalidAddOptionsError([{ path, message }]);
  }
  return times;
}

function timesOf({ expiresAfter }: AddedFor, { delay, at, expiresIn }: AddOptions, now: number): AddTimes {
  const lifetime = Math.min(expiresIn ?? Infinity, expiresAfter ?? Infinity);
  return {
    delay: at === undefined ? (delay ?? 0) : Math.max(0, at.valueOf() - now),
    expiresAt: lifetime === Infinity ? undefined : now + lifetime,
  };
}

function timeProblems({ delay, at, expiresIn }: AddOptions, now: number): Problem[] {
  const problems: Problem[] = [];
  if (delay !== undefined && !isMilliseconds(delay, 0)) {
    problems.push({
      path: 'delay',
      message: `must be a whole number of milliseconds from 0 to ${MAX_DELAY_MS} (310 days)`,
    });
  }
  if (at !== undefined && !(at.valueOf() - now <= MAX_DELAY_MS)) {
    problems.push({ path: 'at', message: 'must be a Date or milliseconds since 1970, at most 310 days from now' });
  }
  if (at !== undefined && delay !== undefined)
    problems.push({ path: 'at', message: 'cannot be given together with delay' });
  if (expiresIn !== undefined && !isMilliseconds(expiresIn, 1)) {
    problems.push({ path: 'expiresIn', message: `must be a whole number of milliseconds from 1 to ${MAX_DELAY_MS}` });
  }
  return problems;
}

function isMilliseconds(value: unknown, min: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= MAX_DELAY_MS;
}

function isId(id: unknown): boolean {
  return (
    typeof id === 'string' &&
    id.length >= 1 &&
    id.length <= MAX_ID_CHARACTERS &&
    isShortString(id) &&
    !/[\p{Cc}\p{Cs}]/u.test(id) // AMQP would make another id of half a surrogate pair
  );
}

function headerProblems(headers: unknown): Problem[] {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    return [{ path: 'headers', message: 'must be an object' }];
  }
  const problems: Problem[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const message = headerProblem(name, value);
    if (message === undefined) bytes += entryBytes(name, value);
    else problems.push({ path: `headers.${name}`, message });
  }
  if (bytes > MAX_HEADER_BYTES) {
    problems.push({ path: 'headers', message: `have ${bytes} bytes together and the limit is ${MAX_HEADER_BYTES}` });
  }
  return problems;
}

function headerProblem(name: string, value: unknown): string | undefined {
  if (OWN_HEADERS.has(name) || isBrokerHeader(name)) return 'is written by Warren or the broker';
  if (!isShortString(name)) return 'has a name of more than 255 bytes';
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      // Infinity makes RabbitMQ close the connection (541), with everybody's messages on it.
      return Number.isFinite(entryBytes(name, value)) ? undefined : 'must be a number that AMQP can carry';
    default:
      return 'must be a string, a number or a boolean';
  }
}
