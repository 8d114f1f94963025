import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Producer } from '../adding';
import type { Handling } from '../handling';
import type { Job } from '../job';
import { kindsOf } from '../kinds';
import type { BenchWorker } from '../kinds';
import type { BenchPayload } from '../payload';

/** Bare amqplib, as its own examples use it: bytes in, bytes out, persistent messages, confirms, an ack after the handler. */
export const kinds = kindsOf({ openProducer, openWorker });

const PERSISTENT = { persistent: true };

const bytesOf = (payload: BenchPayload): Buffer =>
  Buffer.from('text' in payload ? payload.text : JSON.stringify(payload));

async function openConnection({ broker, noDelay }: Job): Promise<ChannelModel> {
  return connect(broker.amqp, noDelay === undefined ? {} : { noDelay });
}

async function openProducer(job: Job): Promise<Producer> {
  const connection = await openConnection(job);
  const channel = await connection.createConfirmChannel();
  await channel.checkQueue(job.queue);
  return {
    add: (payload) => publish(channel, job.queue, payload),
    addBulk: (payloads) => {
      for (const payload of payloads) channel.sendToQueue(job.queue, bytesOf(payload), PERSISTENT);
      return channel.waitForConfirms();
    },
    addMany: (payload, count, outstanding) => publishMany(channel, job.queue, { payload, count, outstanding }),
    close: () => connection.close(),
  };
}

function publish(channel: ConfirmChannel, queue: string, payload: BenchPayload): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, bytesOf(payload), PERSISTENT, (error: Error | null) => {
      if (error !== null) reject(error);
      else resolve();
    });
  });
}

/** Each confirm lets the next one go: no promise for each. */
function publishMany(
  channel: ConfirmChannel,
  queue: string,
  { payload, count, outstanding }: { payload: BenchPayload; count: number; outstanding: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let confirmed = 0;
    const sendNext = (): void => {
      sent += 1;
      channel.sendToQueue(queue, bytesOf(payload), PERSISTENT, onConfirm);
    };
    const onConfirm = (error: Error | null): void => {
      confirmed += 1;
      if (error !== null) reject(error);
      else if (confirmed === count) resolve();
      else if (sent < count) sendNext();
    };
    if (count === 0) resolve();
    while (sent < Math.min(outstanding, count)) sendNext();
  });
}

async function openWorker(job: Job, handling: Handling): Promise<BenchWorker> {
  const connection = await openConnection(job);
  const channel = await connection.createChannel();
  await channel.checkQueue(job.queue);
  await channel.prefetch(job.concurrency ?? 1);
  const isText = job.kind === 'handle' || job.kind === 'start';
  return {
    start: () =>
      channel.consume(job.queue, (message) => {
        if (message === null) throw new Error('the broker has cancelled the consumer');
        const ended = handling.handle(isText ? message.content : JSON.parse(message.content.toString()));
        if (ended === undefined) channel.ack(message);
        else void ended.then(() => channel.ack(message));
      }),
    close: () => connection.close(),
  };
}
