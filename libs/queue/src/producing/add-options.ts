import { InvalidAddOptionsError } from '../errors';
import type { Problem } from '../errors';
import { header } from '../message/headers';
import type { AddOptions } from './task-queue';

const MAX_ID_CHARACTERS = 128;
const MAX_TIMEOUT_MS = 600_000;

/** All headers travel in one frame of 131,072 bytes, which Warren's own share; a larger one closes the connection. */
const MAX_HEADER_BYTES = 32_768;

/** Header names that Warren writes when it puts a task aside, and that the broker writes itself. */
const RESERVED = new Set<string>([
  ...Object.values(header),
  'x-death',
  'x-delivery-count',
  'x-acquired-count',
  'CC',
  'BCC',
]);

/** @throws InvalidAddOptionsError that lists every option that cannot be used. */
export function checkAddOptions(options: AddOptions): void {
  const problems: Problem[] = [];
  const { id, timeout, headers } = options;
  if (
    id !== undefined &&
    !(typeof id === 'string' && id.length >= 1 && id.length <= MAX_ID_CHARACTERS && !hasControls(id))
  ) {
    problems.push({ path: 'id', message: `must be a string of 1 to ${MAX_ID_CHARACTERS} printable characters` });
  }
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout >= 1 && timeout <= MAX_TIMEOUT_MS)) {
    problems.push({ path: 'timeout', message: `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}` });
  }
  if (headers !== undefined) problems.push(...headerProblems(headers));
  if (problems.length > 0) throw new InvalidAddOptionsError(problems);
}

function headerProblems(headers: NonNullable<AddOptions['headers']>): Problem[] {
  const problems: Problem[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (RESERVED.has(name)) problems.push({ path: `headers.${name}`, message: 'is written by Warren or the broker' });
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      problems.push({ path: `headers.${name}`, message: 'must be a string, a number or a boolean' });
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(String(value));
  }
  if (bytes > MAX_HEADER_BYTES) {
    problems.push({ path: 'headers', message: `have ${bytes} bytes together and the limit is ${MAX_HEADER_BYTES}` });
  }
  return problems;
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
