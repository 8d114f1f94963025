import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { NotConnectedError } from '../errors';
import type { BrokerConnection } from './broker-connection';

/**
 * The open connection, which is opened when it is not yet.
 * @param timeout milliseconds to wait for it
 * @param consequence what the caller has lost or kept when there is none, as a sentence
 * @throws NotConnectedError when there is none by then, AccessDeniedError when the broker lets nobody in.
 */
export async function openWithin(
  connection: BrokerConnection,
  timeout: number,
  consequence: string,
): Promise<ChannelModel> {
  const timer = new AbortController();
  const tooLate = delay(timeout, undefined, { signal: timer.signal }).then(() => {
    throw new NotConnectedError(connection.lastFailure ?? `no answer within ${timeout} ms`, consequence);
  });
  try {
    return await Promise.race([connection.whenOpen(), tooLate]);
  } finally {
    timer.abort();
    tooLate.catch(() => undefined);
  }
}
