import { TopologyError } from '../errors';

/** `received none but current is the value 'quorum' of type 'longstr'`, as RabbitMQ words a difference (3.10 to 4.3). */
const INEQUIVALENT = /inequivalent arg '([^']+)' for .+: received (.+) but current is (.+)$/s;

/** One of the two values: `'5'` where both queues have one, else `the value '5' of type 'short'`. */
const VALUE = /^(?:the value )?'(.*?)'(?: of type '\w+')?$/s;

/** AMQP reply codes with which a broker refuses to declare or to consume. */
const code = { accessRefused: 403, notFound: 404, resourceLocked: 405, preconditionFailed: 406 } as const;

/**
 * Turns the broker's refusal of a queue, or of an exchange, into one sentence that says which, what differs and what to do.
 * `undefined` for anything that is not a refusal (a lost connection, a channel closed for another reason).
 */
export function topologyErrorOf(
  queue: string,
  error: unknown,
  kind: 'Queue' | 'Exchange' | 'Stream' = 'Queue',
): TopologyError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return undefined;
  const sentence = sentences[kind](queue, error.code, quoted(error.message));
  return sentence === undefined ? undefined : new TopologyError(queue, error.code, sentence, { cause: error });
}

/** Whether the broker says that what was published to, or asked for, is not there. */
export function isNotFound(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === code.notFound;
}

const sentences = { Queue: sentenceOf, Exchange: exchangeSentence, Stream: streamSentence };

function exchangeSentence(exchange: string, replyCode: number, message: string): string | undefined {
  switch (replyCode) {
    case code.preconditionFailed:
      return `Exchange "${exchange}" exists in another form than this app declares (${message}); delete it, and it is declared again.`;
    case code.accessRefused:
      return `The broker's user has no permission for exchange "${exchange}"; grant configure, write and read on ${exchange.startsWith('delay.') ? 'delay.*' : 'it'} (${message}).`;
    case code.notFound:
      return `Exchange "${exchange}" does not exist, and whoever it belongs to declares it (${message}).`;
    default:
      return undefined;
  }
}

/** A stream is an extra: whoever asks goes on without it, or with one that keeps more or less than was asked for. */
function streamSentence(stream: string, replyCode: number, message: string): string | undefined {
  switch (replyCode) {
    case code.preconditionFailed: {
      const [, argument = '', received = '', current = ''] = INEQUIVALENT.exec(message) ?? [];
      return argument === ''
        ? `The broker does not offer stream "${stream}" as this app declares it (${message}).`
        : `Stream "${stream}" exists with ${argument} = ${valueOf(current)}, and this app declares ${valueOf(received)}; it is used as it is. Delete it to have it declared anew: what it keeps goes with it.`;
    }
    case code.accessRefused:
      return `The broker's user has no permission for stream "${stream}"; grant configure, write and read on it (${message}).`;
    case code.notFound:
      return `Stream "${stream}" does not exist or its node is down (${message}).`;
    case code.resourceLocked:
      return `Stream "${stream}" cannot be declared: a queue of that name is exclusive or not durable (${message}).`;
    default:
      return undefined;
  }
}

function sentenceOf(queue: string, replyCode: number, message: string): string | undefined {
  switch (replyCode) {
    case code.preconditionFailed:
      return preconditionSentence(queue, message);
    case code.accessRefused:
      return message.endsWith('in exclusive use')
        ? `Queue "${queue}" is used exclusively by another consumer; stop that one or consume another queue (WORKER_QUEUES).`
        : `The broker's user has no permission for queue "${queue}"; grant configure, write and read on it, on its dead-letter queue and on delay.* (${message}).`;
    case code.notFound:
      return `Queue "${queue}" does not exist or its node is down (${message}).`;
    case code.resourceLocked:
      return `Queue "${queue}" is locked: it exists as exclusive or not durable; delete it, or use another name (${message}).`;
    default:
      return undefined;
  }
}

function preconditionSentence(queue: string, message: string): string {
  const match = INEQUIVALENT.exec(message);
  if (match !== null) {
    const [, argument = '', received = '', current = ''] = match;
    return (
      `Queue "${queue}" exists with ${argument} = ${valueOf(current)}, and this app declares ${valueOf(received)}. ` +
      'Change QUEUE_TYPE or the queue’s definition to match it, or delete the queue once it is empty.'
    );
  }
  // LavinMQ does not name the argument, and RabbitMQ cuts what is longer than 255 bytes.
  return /declared with other arguments|inequivalent arg/.test(message)
    ? `Queue "${queue}" exists with other arguments than this app declares (${message}). ` +
        'Change QUEUE_TYPE or the queue’s definition to match it, or delete the queue once it is empty.'
    : `The broker does not declare queue "${queue}" (${message}).`;
}

function valueOf(text: string): string {
  return (VALUE.exec(text)?.[1] ?? text) || "''";
}

/** What the broker said, without the client's words around it. */
function quoted(message: string): string {
  return /with message "(.*)"/s.exec(message)?.[1] ?? message;
}
