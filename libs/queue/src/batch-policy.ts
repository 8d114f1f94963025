import { DefinitionError } from './errors';

/** How tasks of one name are handed to their handler together. */
export interface BatchPolicy {
  /** Tasks in one call of the handler, at most; from 2 to 10,000, and no more than the queue's `concurrency`. */
  readonly size: number;
  /** Milliseconds that the first task of a batch waits for others, from 1 to 60,000. A full batch waits for nothing. */
  readonly wait: number;
}

/** As many as the most that a queue's `concurrency` may be. */
const MAX_SIZE = 10_000;
const MAX_WAIT_MS = 60_000;

/** What of a definition a batch has to get along with. */
interface Neighbours {
  readonly timeout?: number | undefined;
  readonly runIn: 'process' | 'thread';
}

/**
 * @param subject names the definition in the error
 * @throws DefinitionError when a value cannot be used, alone or beside the others
 */
export function assertBatch(subject: string, { size, wait }: BatchPolicy, { timeout, runIn }: Neighbours): void {
  assertWhole(subject, 'size', size, 2, MAX_SIZE);
  assertWhole(subject, 'wait', wait, 1, MAX_WAIT_MS);
  if (runIn === 'thread')
    throw new DefinitionError(`${subject}: a thread takes no batches, so it has one or the other.`);
  if (timeout !== undefined && timeout <= wait) {
    throw new DefinitionError(
      `${subject}: its timeout (${timeout} ms) holds the waiting for a batch (${wait} ms) as well, so it must be longer.`,
    );
  }
}

function assertWhole(subject: string, field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new DefinitionError(`${subject}: batch.${field} must be a whole number from ${min} to ${max}, not ${value}.`);
}
