import { InvalidAddOptionsError } from '../errors';
import type { Problem } from '../errors';
import { entryBytes, isShortString } from '../message/field-table';
import { header, isBrokerHeader } from '../message/headers';
import type { AddOptions } from './task-queue';

const MAX_ID_CHARACTERS = 128;
const MAX_TIMEOUT_MS = 600_000;

/** All headers travel in one frame, and the AMQP client writes 65,536 bytes of them; a dead letter adds Warren's own. */
const MAX_HEADER_BYTES = 32_000;

/** Header names that Warren writes when it puts a task aside. */
const OWN_HEADERS = new Set<string>(Object.values(header));

/** @throws InvalidAddOptionsError that lists every option that cannot be used. */
export function checkAddOptions({ id, timeout, headers }: AddOptions): void {
  const problems: Problem[] = [];
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
}

function isId(id: unknown): boolean {
  return (
    typeof id === 'string' &&
    id.length >= 1 &&
    id.length <= MAX_ID_CHARACTERS &&
    isShortString(id) &&
    !/\p{Cc}/u.test(id)
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
