import { DefinitionError } from '../errors';
import { CONTROL_STREAM, EVENTS_STREAM } from './streams';

const DEAD_LETTER_SUFFIX = '.dlq';
const QUARANTINE_SUFFIX = '.quarantine';

/** AMQP's short strings hold 255 bytes; room is kept for `.dlq` and for a delay's 28 digits with their dots. */
const MAX_QUEUE_NAME_BYTES = 190;

/** A word that is a wildcard where a queue's name is a part of a binding's pattern. */
const WILDCARD_WORD = /(^|\.)[*#](\.|$)/;

/** The dead-letter queue of a work queue: where its tasks go that will not be tried again. */
export function deadLetterQueueName(queue: string): string {
  return queue + DEAD_LETTER_SUFFIX;
}

/** The quarantine of a work queue: where its tasks wait that may be the reason of crashes, each for a run alone. */
export function quarantineName(queue: string): string {
  return queue + QUARANTINE_SUFFIX;
}

/** @throws DefinitionError when the broker or Warren could not use the name for a work queue. */
export function assertQueueName(queue: string): void {
  const bytes = Buffer.byteLength(queue);
  if (bytes < 1 || bytes > MAX_QUEUE_NAME_BYTES) {
    throw new DefinitionError(
      `A queue's name has 1 to ${MAX_QUEUE_NAME_BYTES} bytes; "${queue.slice(0, 220)}" has ${bytes}.`,
    );
  }
  if (WILDCARD_WORD.test(queue)) {
    throw new DefinitionError(`Queue "${queue}": "*" and "#" as words between dots are the broker's wildcards.`);
  }
  if (queue.startsWith('delay.')) {
    throw new DefinitionError(`Queue "${queue}": names that begin with "delay." belong to the delay levels.`);
  }
  if (queue.startsWith('amq.')) {
    throw new DefinitionError(`Queue "${queue}": names that begin with "amq." belong to the broker.`);
  }
  if (queue === EVENTS_STREAM || queue === CONTROL_STREAM) {
    throw new DefinitionError(`Queue "${queue}": this name belongs to a stream of Warren's own.`);
  }
  if (queue.endsWith(QUARANTINE_SUFFIX)) {
    throw new DefinitionError(`Queue "${queue}": names that end with "${QUARANTINE_SUFFIX}" belong to quarantines.`);
  }
  if (queue.endsWith(DEAD_LETTER_SUFFIX)) {
    throw new DefinitionError(
      `Queue "${queue}": names that end with "${DEAD_LETTER_SUFFIX}" belong to dead-letter queues.`,
    );
  }
}
