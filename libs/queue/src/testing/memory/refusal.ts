/** AMQP's reply codes, with the names that begin the broker's words. */
const names: Readonly<Record<number, string>> = {
  320: 'CONNECTION_FORCED',
  403: 'ACCESS_REFUSED',
  404: 'NOT_FOUND',
  405: 'RESOURCE_LOCKED',
  406: 'PRECONDITION_FAILED',
  530: 'NOT_ALLOWED',
  540: 'NOT_IMPLEMENTED',
};

/** A broker's refusal: it closes the channel, or the whole connection, with this code and these words. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly words: string,
  ) {
    super(`Connection closed: ${code} (${names[code]?.replace('_', '-')}) with message "${words}"`);
  }

  /** Codes that AMQP counts as errors of the connection. */
  get isAboutConnection(): boolean {
    return this.code === 320 || this.code >= 500;
  }
}

/** A refusal in the words of RabbitMQ. */
export function refusal(code: number, words: string): Refusal {
  return new Refusal(code, `${names[code] ?? 'INTERNAL_ERROR'} - ${words}`);
}

/** There is no queue, or no exchange, of this name. */
export function notFound(kind: 'queue' | 'exchange', name: string): Refusal {
  return refusal(404, `no ${kind} '${name}' in vhost '/'`);
}
