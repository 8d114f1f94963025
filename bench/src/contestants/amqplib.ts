import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import type { Producer } from '../adding';
import type { Handling } from '../handling';
import type { Trial } from '../trial';
import { kindsOf } from '../kinds';
import type { BenchWorker } from '../kinds';
import type { BenchPayload } from '../payload';

/** How a payload becomes a message. */
export interface Writing {
  bytesOf(payload: BenchPayload): Buffer;
  options(): Options.Publish;
}

const PERSISTENT = { persistent: true };

const BARE: Writing = {
  bytesOf: (payload) => Buffer.from('text' in payload ? payload.text : JSON.stringify(payload)),
  options: () => PERSISTENT,
};

/** Bare amqplib, as its own examples use it: bytes in, bytes out, persistent messages, confirms, an ack after the handler. */
export const kinds = kindsOf({ openProducer: (trial) => openProducer(trial, BARE), openWorker });

async function openConnection({ broker, noDelay }: Trial): Promise<ChannelModel> {
  return connect(broker.amqp, noDelay === undefined ? {} : { noDelay });
}

/** A producer on a queue that exists. */
export async function openProducer(trial: Trial, writing: Writing): Promise<Producer> {
  const connection = await openConnection(trial);
  const channel = await connection.createConfirmChannel();
  await channel.checkQueue(trial.queue);
  return {
    add: (payload) => publish(channel, trial.queue, writing, payload),
    addBulk: (payloads) => {
      for (const payload of payloads) channel.sendToQueue(trial.queue, writing.bytesOf(payload), writing.options());
      return channel.waitForConfirms();
    },
    addMany: (payload, count, outstanding) =>
      publishMany(channel, trial.queue, writing, { payload, count, outstanding }),
    close: () => connection.close(),
  };
}

function publish(channel: ConfirmChannel, queue: string, writing: Writing, payload: BenchPayload): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, writing.bytesOf(payload), writing.options(), (error: Error | null) => {
      if (error !== null) reject(error);
      else resolve();
    });
  });
}

/** Each confirm lets the next one go: no promise for each. */
function publishMany(
  channel: ConfirmChannel,
  queue: string,
  writing: Writing,
  { payload, count, outstanding }: { payload: BenchPayload; count: number; outstanding: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let published = 0;
    let confirmed = 0;
    const publishNext = (): void => {
      published += 1;
      channel.sendToQueue(queue, writing.bytesOf(payload), writing.options(), onConfirm);
    };
    const onConfirm = (error: Error | null): void => {
      confirmed += 1;
      if (error !== null) reject(error);
      else if (confirmed === count) resolve();
      else if (published < count) publishNext();
    };
    if (count === 0) resolve();
    while (published < Math.min(outstanding, count)) publishNext();
  });
}

/** A worker whose queue has to exist when it starts. */
export async function openWorker(trial: Trial, handling: Handling): Promise<BenchWorker> {
  const connection = await openConnection(trial);
  const channel = await connection.createChannel();
  await channel.prefetch(trial.concurrency ?? 1);
  const isText = trial.kind === 'handle' || trial.kind === 'start';
  return {
    start: () =>
      channel.consume(trial.queue, (message) => {
        if (message === null) throw new Error('the broker has cancelled the consumer');
        const ended = handling.handle(isText ? message.content : JSON.parse(message.content.toString()));
        if (ended === undefined) channel.ack(message);
        else void ended.then(() => channel.ack(message));
      }),
    close: () => connection.close(),
  };
}
