import type { Channel, ChannelModel } from 'amqplib';
import { TopologyError } from '../errors';
import { topologyErrorOf } from '../topology/broker-refusal';
import type { QueuePlan } from '../topology/queue-arguments';
import { closeChannel } from './close-channel';

const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 406;

/**
 * Declares a stream. One that exists with other limits is used as it is: the answer is the sentence that says so. What only
 * may not be declared is used too, as long as it is there.
 * @throws TopologyError when there is no such stream to be had: the broker has none, the user may not, or the name belongs to a
 * queue of another kind.
 */
export async function declareStream(model: ChannelModel, plan: QueuePlan): Promise<string | undefined> {
  const refusal = await refusalOf(model, plan.name, (channel) => channel.assertQueue(plan.name, argumentsOf(plan)));
  if (refusal === undefined) return undefined;
  if (refusal.code === PRECONDITION_FAILED) {
    // Which argument is named first says nothing: asked for as a stream, a queue of another kind refuses to be read.
    const reading = { arguments: { 'x-stream-offset': 'next' }, noAck: false };
    const noStream = await refusalOf(model, plan.name, async (channel) => {
      await channel.prefetch(1);
      await channel.consume(plan.name, ignore, reading);
    });
    if (noStream === undefined) return refusal.message;
    throw noStream.code === PRECONDITION_FAILED ? noStreamOf(plan.name) : noStream;
  }
  if (refusal.code !== ACCESS_REFUSED) throw refusal;
  const absent = await refusalOf(model, plan.name, (channel) => channel.checkQueue(plan.name));
  if (absent?.code === NOT_FOUND || absent?.code === ACCESS_REFUSED) throw refusal;
  return undefined;
}

/** A name that belongs to a queue of another kind. */
export function noStreamOf(name: string): TopologyError {
  return new TopologyError(
    name,
    PRECONDITION_FAILED,
    `"${name}" exists and is no stream; delete it once nothing needs it, and the stream is declared in its place.`,
  );
}

function argumentsOf(plan: QueuePlan): { durable: boolean; arguments: QueuePlan['arguments'] } {
  return { durable: plan.durable, arguments: plan.arguments };
}

/** What the broker answers to a question on a channel of its own: a refusal closes the channel it happens on. */
async function refusalOf(
  model: ChannelModel,
  name: string,
  ask: (channel: Channel) => Promise<unknown>,
): Promise<TopologyError | undefined> {
  const channel = await model.createChannel();
  channel.on('error', ignore); // the call rejects as well
  try {
    await ask(channel);
    return undefined;
  } catch (error) {
    const refusal = topologyErrorOf(name, error, 'Stream');
    if (refusal === undefined) throw error;
    return refusal;
  } finally {
    await closeChannel(channel);
  }
}

function ignore(): void {
  // What a look reads, and an error that was told to the call already, is of no interest.
}
