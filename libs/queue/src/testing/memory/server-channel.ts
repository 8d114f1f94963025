import type { Fields, WireMessage } from '../../connection/client-over';
import { done } from './client-methods';
import type { Answer, ClientMethods } from './client-methods';
import type { HeldQueue, ReturnKind } from './memory-queue';
import type { Outlet } from './outlet';
import type { Queues } from './queues';
import { refusal } from './refusal';
import type { StoredMessage } from './stored-message';
import { Unsettled } from './unsettled';

/** How a channel speaks to its client. */
export type Tell = (answer: Answer) => void;

interface Consumer extends Outlet {
  readonly queue: HeldQueue;
}

type Said = {
  readonly [Method in keyof ClientMethods]?: (
    fields: ClientMethods[Method],
    message: WireMessage,
  ) => Answer | undefined;
};

/** Everything that one channel of a client does with messages: consuming, getting, settling, publishing with confirms. */
export class ServerChannel {
  private readonly consumers = new Map<string, Consumer>();
  private readonly unsettled = new Unsettled();
  private prefetch = 0;
  private published: number | undefined;
  private madeTags = 0;

  constructor(
    private readonly queues: Queues,
    private readonly tell: Tell,
    /** The connection, to which exclusive queues belong. */
    private readonly owner: object,
  ) {}

  /** The answer to each method; one that is not here is not of a channel's messages. */
  readonly on: Said = {
    ConfirmSelect: () => {
      this.published ??= 0;
      return done('ConfirmSelect');
    },
    BasicQos: ({ prefetchCount, global }) => {
      if (global) throw refusal(540, 'prefetch for a whole channel');
      this.prefetch = prefetchCount;
      return done('BasicQos');
    },
    BasicConsume: (fields) => this.consume(fields),
    BasicCancel: ({ consumerTag }) => {
      this.forget(consumerTag);
      return done('BasicCancel', { consumerTag });
    },
    BasicGet: (fields) => this.get(fields),
    BasicAck: ({ deliveryTag, multiple }) =>
      this.settle(deliveryTag, multiple, ({ queue, message }) => queue.settle(message)),
    BasicNack: ({ deliveryTag, multiple, requeue }) =>
      this.turnDown(deliveryTag, multiple, requeue ? 'nack' : undefined),
    BasicReject: ({ deliveryTag, requeue }) => this.turnDown(deliveryTag, false, requeue ? 'reject' : undefined),
    BasicRecover: () => {
      this.turnDown(0, true, 'nack');
      return done('BasicRecover');
    },
    BasicPublish: (fields, message) => this.publish(fields, message),
  };

  /** What it has in hand. */
  get inHand(): readonly { readonly queue: string; readonly message: StoredMessage }[] {
    return this.unsettled.all.map(({ queue, message }) => ({ queue: queue.name, message }));
  }

  /** It is closed: its consumers are gone, and what it had in hand goes back as failed. */
  end(): void {
    for (const tag of this.consumers.keys()) this.forget(tag);
    this.turnDown(0, true, 'lost');
  }

  private consume({ queue: name, consumerTag, noAck, exclusive, arguments: given }: ClientMethods['BasicConsume']) {
    const queue = this.queues.get(name, this.owner);
    if (given['x-priority'] !== undefined) throw refusal(540, `the broker in memory does not carry out 'x-priority'`);
    const tag = consumerTag === '' ? this.newTag() : consumerTag;
    if (this.consumers.has(tag)) throw refusal(530, `attempt to reuse consumer tag '${tag}'`);
    const { prefetch } = this;
    let inHand = 0;
    const consumer: Consumer = {
      queue,
      isExclusive: exclusive,
      get hasRoom() {
        return noAck || prefetch === 0 || inHand < prefetch;
      },
      take: (message, headers) => {
        const deliveryTag = this.unsettled.nextTag();
        if (!noAck) {
          inHand += 1;
          const released = (): void => void (inHand -= 1);
          this.unsettled.hold(deliveryTag, { queue, message, released });
        }
        const { exchange, routingKey, isRedelivered: redelivered } = message;
        const fields = { consumerTag: tag, deliveryTag, redelivered, exchange, routingKey };
        this.tell({ method: 'BasicDeliver', fields, message: withHeaders(message, headers) });
        return noAck;
      },
      cancel: () => {
        this.consumers.delete(tag);
        this.tell({ method: 'BasicCancel', fields: { consumerTag: tag, nowait: true } });
      },
    };
    queue.subscribe(consumer, given);
    this.consumers.set(tag, consumer);
    this.tell(done('BasicConsume', { consumerTag: tag }));
    queue.handOut();
    return undefined;
  }

  private forget(tag: string): void {
    const consumer = this.consumers.get(tag);
    if (consumer === undefined) return;
    this.consumers.delete(tag);
    consumer.queue.unsubscribe(consumer);
    const queue = this.queues.find(consumer.queue.name);
    if (queue?.declaration.autoDelete === true && queue.consumerCount === 0) this.queues.delete(queue.name);
  }

  private get({ queue: name, noAck }: ClientMethods['BasicGet']): Answer {
    const queue = this.queues.get(name, this.owner);
    const got = queue.get();
    if (got === undefined) return { method: 'BasicGetEmpty', fields: { clusterId: '' } };
    const { message, headers } = got;
    const deliveryTag = this.unsettled.nextTag();
    if (noAck) queue.settle();
    else this.unsettled.hold(deliveryTag, { queue, message, released: () => undefined });
    const { exchange, routingKey, isRedelivered: redelivered } = message;
    const fields = { deliveryTag, redelivered, exchange, routingKey, messageCount: queue.readyCount };
    return { method: 'BasicGetOk', fields, message: withHeaders(message, headers) };
  }

  private turnDown(deliveryTag: number, isMultiple: boolean, how: ReturnKind | undefined): undefined {
    return this.settle(deliveryTag, isMultiple, ({ queue, message }) =>
      how === undefined ? queue.refuse(message) : queue.giveBack(message, how),
    );
  }

  private settle(
    deliveryTag: number,
    isMultiple: boolean,
    end: (held: ReturnType<Unsettled['take']>[number]) => void,
  ): undefined {
    const held = this.unsettled.take(deliveryTag, isMultiple);
    for (const one of held) end(one);
    for (const queue of new Set(held.map((one) => one.queue))) queue.handOut();
  }

  private publish({ exchange, routingKey, mandatory }: ClientMethods['BasicPublish'], message: WireMessage): undefined {
    const end = this.queues.publish({ exchange, routingKey, ...message });
    if (end === 'unroutable' && mandatory) {
      const fields = { replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey };
      this.tell({ method: 'BasicReturn', fields, message });
    }
    if (this.published === undefined) return;
    this.published += 1;
    const fields = { deliveryTag: this.published, multiple: false, requeue: false };
    this.tell({ method: end === 'refused' ? 'BasicNack' : 'BasicAck', fields });
  }

  private newTag(): string {
    this.madeTags += 1;
    return `amq.ctag-${this.madeTags}`;
  }
}

function withHeaders({ properties, content }: StoredMessage, headers: Fields): WireMessage {
  const hasHeaders = properties['headers'] !== undefined || Object.keys(headers).length > 0;
  return { properties: hasHeaders ? { ...properties, headers: { ...headers } } : properties, content };
}
