import type { Options } from 'amqplib';
import type { Vhost } from './vhost';
import { waitFor } from './wait-for';

/** One message of a dead-letter queue, as a test puts it there. */
export interface SeededLetter {
  readonly body?: string;
  readonly options?: Options.Publish;
}

/** Puts messages into the dead-letter queue of a work queue, and waits until they are there. */
export async function seed(vhost: Vhost, queue: string, letters: readonly SeededLetter[]): Promise<void> {
  const name = `${queue}.dlq`;
  const { messageCount: before } = await vhost.channel.checkQueue(name);
  for (const { body = '{}', options } of letters) vhost.publish(name, body, options);
  await waitFor(
    `${letters.length} messages in ${name}`,
    async () => (await vhost.channel.checkQueue(name)).messageCount === before + letters.length,
  );
}

/** A dead letter as a worker of Warren writes it; `facts` overrides its headers. */
export function letterOf(id: string, queue: string, facts: Readonly<Record<string, unknown>> = {}): SeededLetter {
  return {
    body: JSON.stringify({ pattern: 'resize', data: id }),
    options: {
      messageId: id,
      type: 'resize',
      contentType: 'application/json',
      headers: {
        'x-dead-letter-id': `dead-${id}`,
        'x-dead-letter-reason': 'attempts-exhausted',
        'x-dead-letter-queue': queue,
        'x-dead-letter-time': 1_700_000_000_000,
        'x-dead-letter-worker': 'host:1',
        'x-attempt': 3,
        'x-error-name': 'TypeError',
        'x-error-message': 'the handler threw',
        'x-error-stack': 'TypeError: the handler threw\n    at resize',
        ...facts,
      },
    },
  };
}

/** So many dead letters, by number. */
export function lettersOf(count: number, queue: string): SeededLetter[] {
  return Array.from({ length: count }, (_letter, index) => letterOf(String(index), queue));
}
