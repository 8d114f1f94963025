import { setTimeout as delay } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import type { ConsumerSerializer } from '@nestjs/microservices';
import type { Publisher } from '../connection/publisher';
import { PublishBufferFullError } from '../errors';
import type { QueueEvents } from '../events';
import type { MessageProperties, OutgoingMessage } from '../message/message';
import { routeTo } from '../topology/routes';
import { AnswerStream } from './answer-stream';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/** RabbitMQ's direct reply queues are no queues to it: a mandatory message is delivered and returned as unroutable. */
const DIRECT_REPLY = 'amq.rabbitmq.reply-to.';

/** What Nest's server says of a pattern that it has no handler for, as text and with this status. */
const NO_HANDLER = {
  err: 'There is no matching message handler defined in the remote service.',
  status: 'error',
};

/** A packet of an answer, and what its message is to have besides. */
interface Packet {
  readonly id: string;
  readonly options?: Partial<MessageProperties>;
}

type Failure = Extract<Outcome, { kind: 'dead-lettered' | 'cancelled' }>;

/** Milliseconds between looks whether there is room for an answer again. */
const ROOM_PAUSE = 20;

/** Answers Nest's request/response clients, which wait for packets with the id of theirs. */
export class Replies {
  private readonly streams = new WeakMap<Delivery, AnswerStream>();

  constructor(
    private readonly publisher: Pick<Publisher, 'publish' | 'isHalfFull'>,
    private readonly timeout: number,
    private readonly events: QueueEvents,
    /** The application's own, asked when there is something to write. */
    private readonly serializer: () => ConsumerSerializer,
  ) {}

  /**
   * Sends the outcome to whoever waits for it; `true` when somebody was told. A requester that has gone is an event,
   * not a failure of the task. Of a run that completed and whose earlier values did not all arrive, it sends that the answer failed.
   * @param thrown what the handler threw, where it did
   */
  async send(delivery: Delivery, outcome: Outcome, thrown?: unknown): Promise<boolean> {
    const { kind } = outcome;
    const failure = await this.streams.get(delivery)?.end();
    if (kind === 'requeued' || kind === 'retrying' || kind === 'postponed') return false;
    const end = kind === 'completed' ? endOf(outcome.result, failure) : failureOf(outcome, thrown);
    try {
      return await this.answerAtLast(delivery, { ...end, isDisposed: true });
    } catch (error) {
      this.failed(delivery, error);
      return false;
    }
  }

  /** Sends a value of a stream that others follow. Resolves when the next one may come: as fast as the broker takes them. */
  async tell(delivery: Delivery, value: unknown): Promise<void> {
    if (requesterOf(delivery) === undefined) return;
    let stream = this.streams.get(delivery);
    if (stream === undefined) {
      const send = (response: unknown): Promise<void> => this.tellValue(delivery, response);
      this.streams.set(delivery, (stream = new AnswerStream({ room: () => this.room(), send })));
    }
    await stream.tell(value);
  }

  private async tellValue(delivery: Delivery, response: unknown): Promise<void> {
    try {
      await this.answer(delivery, { response });
    } catch (error) {
      this.failed(delivery, error);
      throw error;
    }
  }

  /** Answers leave half of the memory for waiting messages to tasks and retries, which have nobody who would wait. */
  private async room(): Promise<void> {
    const until = performance.now() + this.timeout;
    while (this.publisher.isHalfFull && performance.now() < until) await delay(ROOM_PAUSE);
  }

  /** The end of an answer finds room, or somebody would wait for it for ever. */
  private async answerAtLast(delivery: Delivery, said: object): Promise<boolean> {
    try {
      return await this.answer(delivery, said);
    } catch (error) {
      if (!(error instanceof PublishBufferFullError)) throw error;
      await this.room();
      return this.answer(delivery, said);
    }
  }

  /** Resolves with whether there was somebody to send it to, when the broker has it. */
  private async answer(delivery: Delivery, said: object): Promise<boolean> {
    const requester = requesterOf(delivery);
    if (requester === undefined) return false;
    const message = this.messageOf({ id: requester.id, ...said }, delivery.message.properties.correlationId);
    const mandatory = !requester.replyTo.startsWith(DIRECT_REPLY);
    await this.publisher.publish(routeTo(requester.replyTo), message, this.timeout, { mandatory });
    return true;
  }

  private failed(delivery: Delivery, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.events.emit('reply.failed', { ...delivery.facts(), why });
  }

  private messageOf(packet: Packet, correlationId: unknown): OutgoingMessage {
    const { options, ...written } = this.serializer().serialize(packet) as Packet;
    const properties = {
      contentType: 'application/json',
      headers: {},
      ...(typeof correlationId === 'string' ? { correlationId, messageId: correlationId } : {}),
      ...options,
    };
    return { content: Buffer.from(JSON.stringify(written)), properties };
  }
}

/** Who waits, and where; `undefined` where nobody has said so. */
function requesterOf({
  requestId: id,
  message,
}: Delivery): { readonly id: string; readonly replyTo: string } | undefined {
  const { replyTo } = message.properties;
  return id === undefined || typeof replyTo !== 'string' || replyTo === '' ? undefined : { id, replyTo };
}

function endOf(result: unknown, failure: { readonly error: unknown } | undefined): object {
  if (failure === undefined) return { response: result };
  const why = failure.error instanceof Error ? failure.error.message : String(failure.error);
  return { err: { status: 'error', message: `A value of the answer was not sent: ${why}` } };
}

function failureOf(outcome: Failure, thrown: unknown): object {
  const isUnknown = outcome.kind === 'dead-lettered' && outcome.reason === 'unknown-task';
  return isUnknown ? NO_HANDLER : { err: toldError(outcome, thrown) };
}

/**
 * As Nest tells it: what an `RpcException` holds, what a filter has thrown as it is, and of any other error its message. Of a task that
 * was not run, why.
 */
function toldError(outcome: Failure, thrown: unknown): unknown {
  if (outcome.kind === 'cancelled') return { status: 'error', message: `The task was cancelled by ${outcome.by}.` };
  const told = isRpcException(thrown) ? thrown.getError() : thrown;
  const isPlain = typeof told === 'object' && told !== null && !isNativeError(told);
  if (isPlain) return told;
  return { status: 'error', message: typeof told === 'string' ? told : outcome.error.message };
}

/** By what it can: Nest's class is another one in an application that has two copies of Nest. */
function isRpcException(thrown: unknown): thrown is { getError(): unknown } {
  return isNativeError(thrown) && 'getError' in thrown && typeof thrown.getError === 'function';
}
