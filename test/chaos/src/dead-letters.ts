import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterQueueName } from '@app/queue';
import { quarantineName } from '@app/queue/topology/names';
import { connect } from 'amqplib';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { LedgerFile } from './ledger';
import { queueNames, settings } from './settings';

const PAUSE_MS = 500;
const PREFETCH = 200;

/**
 * Empties the dead-letter queues into the ledger, with a plain AMQP client: what the ledger says must not rest on the code
 * that is being tried. SIGTERM ends it; on a broker that is not the run's own the queues go with it.
 */
async function collect(): Promise<void> {
  const ledger = new LedgerFile();
  const queues = Object.values(queueNames);
  if (settings.removesQueues) process.once('SIGTERM', () => void removeQueues(queues).finally(() => process.exit(0)));
  await Promise.all(queues.map((queue) => collectFrom(deadLetterQueueName(queue), ledger)));
}

/** One queue, on a connection of its own; again when that ends, and until there is such a queue. */
async function collectFrom(queue: string, ledger: LedgerFile): Promise<never> {
  for (let attempt = 0; ; attempt += 1) {
    const url = settings.urls[attempt % settings.urls.length] ?? '';
    const connection = await connect(url).catch(() => undefined);
    if (connection !== undefined) await consume(connection, queue, ledger).catch(() => undefined);
    await connection?.close().catch(() => undefined);
    await delay(PAUSE_MS);
  }
}

/** Resolves when the channel or the consumer ends. */
async function consume(connection: ChannelModel, queue: string, ledger: LedgerFile): Promise<void> {
  connection.on('error', () => undefined);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => channel.on('close', resolve));
  await channel.prefetch(PREFETCH);
  const cancelled = new Promise<void>((resolve, reject) => {
    const enter = (message: ConsumeMessage | null): void => {
      if (message === null) return resolve();
      ledger.write('dead', idOf(message), reasonOf(message));
      channel.ack(message);
    };
    channel.consume(queue, enter).catch(reject);
  });
  await Promise.race([ended, cancelled]);
}

/** The delay levels stay: they belong to all queues of a broker. */
async function removeQueues(queues: readonly string[]): Promise<void> {
  const connection = await connect(settings.urls[0] ?? '');
  const channel = await connection.createChannel();
  for (const queue of queues) {
    for (const name of [queue, deadLetterQueueName(queue), quarantineName(queue)]) await channel.deleteQueue(name);
  }
  await connection.close();
}

function idOf({ properties }: ConsumeMessage): string {
  const id: unknown = properties.messageId;
  return typeof id === 'string' && id !== '' ? id : 'nobody';
}

/** Warren's reason; the broker's own, when it was the broker that moved the message. */
function reasonOf({ properties }: ConsumeMessage): string {
  const { headers = {} } = properties;
  const [ours, brokers]: unknown[] = [headers['x-dead-letter-reason'], headers['x-first-death-reason']];
  if (typeof ours === 'string') return ours;
  return typeof brokers === 'string' ? `broker:${brokers}` : 'without-a-reason';
}

void collect();
