import { QueueError } from './queue-error';

export { QueueError } from './queue-error';
export { HistoryUnavailableError, ResultTimeoutError, ResultTooLargeError, TaskFailedError } from './result-errors';
export {
  RetryLater,
  TaskCancelledError,
  TaskTimeoutError,
  ThreadFailedError,
  UnrecoverableError,
  WorkerStoppedError,
} from './run-errors';
export type { RetryLaterOptions } from './run-errors';

/** One problem found in a payload or a setting: where it is, and what is wrong there. */
export interface Problem {
  /** The path of the field, dotted (`address.city`); empty when the whole value is wrong. */
  readonly path: string;
  readonly message: string;
}

/** The payload does not match the task definition's schema. Nothing was sent; the caller still holds the task. */
export class InvalidPayloadError extends QueueError {
  constructor(
    readonly taskName: string,
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(`The payload of "${taskName}" is not valid: ${problems.map(problemSentence).join('; ')}.`, options);
  }
}

/** An option of `add` cannot be used. Nothing was sent; the caller still holds the task. */
export class InvalidAddOptionsError extends QueueError {
  constructor(readonly problems: readonly Problem[]) {
    super(`The options of the task are not valid: ${problems.map(problemSentence).join('; ')}.`);
  }
}

/** No definition has this name. Nothing was sent; the caller still holds the task. */
export class UnknownTaskError extends QueueError {
  constructor(
    readonly taskName: string,
    where: string,
  ) {
    super(`No task is defined with the name "${taskName}" ${where}.`);
  }
}

/** The message would be larger than `maxMessageBytes`. Nothing was sent; the caller still holds the task. */
export class MessageTooLargeError extends QueueError {
  constructor(
    readonly bytes: number,
    readonly limit: number,
    taskName: string,
  ) {
    super(
      `The message of "${taskName}" has ${bytes} bytes and the limit is ${limit} (MAX_MESSAGE_BYTES). ` +
        'Nothing was sent; put large data into a store and pass a reference.',
    );
  }
}

/**
 * Too many publishes are already waiting for the broker (`publishBufferMessages`, `publishBufferBytes`). Nothing was
 * sent; the caller still holds the task and may try again later.
 */
export class PublishBufferFullError extends QueueError {
  constructor(messages: number, bytes: number) {
    super(
      `${messages} messages (${bytes} bytes) are already waiting for the broker, which is the most this process keeps ` +
        'in memory. Nothing was sent; try again later.',
    );
  }
}

/** The broker could not be reached before the deadline. Nothing was sent; the caller still holds the task. */
export class NotConnectedError extends QueueError {
  constructor(reason: string, consequence = 'Nothing was sent; the caller still holds the task.') {
    super(`The broker could not be reached (${reason}). ${consequence}`);
  }
}

/** The broker had no queue for the message and returned it. Nothing was stored; the caller still holds the task. */
export class UnroutableError extends QueueError {
  constructor(
    /** The queue, or the exchange of an event. */
    readonly queue: string,
    message = `The broker had no queue "${queue}" for the message. Nothing was stored; the caller still holds the task.`,
  ) {
    super(message);
  }
}

/** The broker refused the message (basic.nack), for example because the queue is full. Nothing was stored. */
export class PublishRefusedError extends QueueError {
  constructor(
    readonly queue: string,
    reason: string,
  ) {
    super(
      `The broker refused the message for queue "${queue}" (${reason}). Nothing was stored; the caller still holds the task.`,
    );
  }
}

/**
 * The broker refused an event (basic.nack): at least one of the queues that are bound for it is full or its node is down. **It may be stored
 * in the others**: publish it again with the same id, by which a handler there knows it.
 */
export class EventRefusedError extends QueueError {
  constructor(
    readonly exchange: string,
    /** The event's, given or made for it. */
    readonly id: string,
  ) {
    super(
      `The broker refused event "${id}" for exchange "${exchange}" (negative confirm: a queue is full or its node is down). ` +
        'It may be stored in some of the queues that are bound for it; publish it again with the same id.',
    );
  }
}

/**
 * The message was sent and the broker did not confirm it before the deadline. **It may have been stored**: trying again
 * with the same id keeps a handler that looks at the id from doing the work twice.
 */
export class ConfirmTimeoutError extends QueueError {
  constructor(
    readonly queue: string,
    milliseconds: number,
    why?: string,
  ) {
    super(
      `The broker did not confirm the message for queue "${queue}" within ${milliseconds} ms` +
        `${why === undefined ? '' : ` (${why})`}. It may have been stored; add it again with the same id.`,
    );
  }
}

/**
 * The broker refused to declare or to consume a queue: other arguments (406), no permission or exclusive use (403,
 * 405), not found (404). The queue and its messages are as they were.
 */
export class TopologyError extends QueueError {
  constructor(
    readonly queue: string,
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A dead-letter queue could not be read to its end: the connection or the channel closed, or the broker hands out
 * nothing. What was in hand is in its queue again; what was redriven or purged before stays so.
 */
export class QueueReadError extends QueueError {
  constructor(
    readonly queue: string,
    why: string,
  ) {
    super(
      `Queue "${queue}" could not be read to its end (${why}). What was in hand is in its queue again; run it again.`,
    );
  }
}

/**
 * Thrown by a queue's format: the message may not be taken, because it is not sealed as the queue demands. It is dead-lettered as
 * `refused`, its bytes untouched.
 */
export class MessageRefusedError extends QueueError {
  constructor(why: string) {
    super(`The message is refused: ${why}.`);
  }
}

/**
 * Thrown by a queue's format: the message is not understood, and this is why. It is dead-lettered as `undecodable`, its bytes untouched; so is
 * what a format answers `undefined` for, without a reason of its own.
 */
export class UndecodableMessageError extends QueueError {
  constructor(why: string) {
    super(`The message is not understood: ${why}.`);
  }
}

/** A filter for dead letters cannot be used. Nothing was looked at. */
export class InvalidFilterError extends QueueError {
  constructor(readonly problems: readonly Problem[]) {
    super(`The filter is not valid: ${problems.map(problemSentence).join('; ')}.`);
  }
}

/** What `Steering` was asked for cannot be used. Nothing was sent, and nothing has changed. */
export class InvalidOrderError extends QueueError {
  constructor(readonly problems: readonly Problem[]) {
    super(`The order is not valid: ${problems.map(problemSentence).join('; ')}.`);
  }
}

/** The broker refused the connection: wrong user or password (403), no such virtual host (530). Nothing was lost. */
export class AccessDeniedError extends QueueError {}

/**
 * The message was sent, the connection ended before the confirm, and sending it again was refused. **It may have been
 * stored** the first time: add it again with the same id. The refusal is the `cause`.
 */
export class UnconfirmedError extends QueueError {
  constructor(
    readonly queue: string,
    cause: Error,
  ) {
    super(
      `The connection ended before the broker confirmed the message for queue "${queue}", and sending it again failed: ` +
        `${cause.message} It may have been stored the first time; add it again with the same id.`,
      { cause },
    );
  }
}

/** One or more settings are wrong. The process has not started; every wrong setting is listed. */
export class ConfigurationError extends QueueError {
  constructor(readonly problems: readonly Problem[]) {
    super(
      `${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} wrong:\n` +
        problems.map((problem) => `  ${problem.path}: ${problem.message}`).join('\n'),
    );
  }
}

/** A task or queue definition contradicts itself or another one. A mistake in the code; nothing was started. */
export class DefinitionError extends QueueError {}

function problemSentence(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
}
