import { isNativeError } from 'node:util/types';
import type { ConsumerSerializer } from '@nestjs/microservices';
import type { Publisher } from '../connection/publisher';
import type { QueueEvents } from '../events';
import type { MessageProperties, OutgoingMessage } from '../message/message';
import { routeTo } from '../topology/routes';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/** RabbitMQ's direct reply queues are no queues to it: a mandatory message is delivered and returned as unroutable. */
const DIRECT_REPLY = 'amq.rabbitmq.reply-to.';

/** A packet of an answer, and what its message is to have besides. */
interface Packet {
  readonly id: string;
  readonly options?: Partial<MessageProperties>;
}

type Failure = Extract<Outcome, { kind: 'dead-lettered' | 'cancelled' }>;

/** Answers Nest's request/response clients, which wait for packets with the id of theirs. */
export class Replies {
  constructor(
    private readonly publisher: Publisher,
    private readonly timeout: number,
    private readonly events: QueueEvents,
    /** The application's own, asked when there is something to write. */
    private readonly serializer: () => ConsumerSerializer,
  ) {}

  /**
   * Sends the outcome to whoever waits for it; `true` when somebody was told. A requester that has gone is an event,
   * not a failure of the task.
   * @param thrown what the handler threw, where it did
   */
  async send(delivery: Delivery, outcome: Outcome, thrown?: unknown): Promise<boolean> {
    const { kind } = outcome;
    if (kind === 'requeued' || kind === 'retrying' || kind === 'postponed') return false;
    const answer = kind === 'completed' ? { response: outcome.result } : { err: toldError(outcome, thrown) };
    return this.answer(delivery, { ...answer, isDisposed: true });
  }

  /** Sends a value of a stream that others follow. Nobody waits for that it has arrived. */
  tell(delivery: Delivery, value: unknown): void {
    void this.answer(delivery, { response: value });
  }

  private async answer(delivery: Delivery, said: object): Promise<boolean> {
    const { requestId: id } = delivery;
    const { replyTo, correlationId } = delivery.message.properties;
    if (id === undefined || typeof replyTo !== 'string' || replyTo === '') return false;
    try {
      const message = this.messageOf({ id, ...said }, correlationId);
      const mandatory = !replyTo.startsWith(DIRECT_REPLY);
      await this.publisher.publish(routeTo(replyTo), message, this.timeout, { mandatory });
      return true;
    } catch (error) {
      this.events.emit('reply.failed', {
        ...delivery.facts(),
        why: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
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
