import { ClientOver } from '../../connection/client-over';
import type { ChannelModel } from '../../connection/amqp';
import type { Fields, WireMessage } from '../../connection/client-over';
import type { Answer } from './client-methods';
import type { Queues } from './queues';
import { Refusal } from './refusal';
import { ServerChannel } from './server-channel';
import type { StoredMessage } from './stored-message';
import { topologyMethods } from './topology-methods';

/** What a broker says of itself: everything here is as in this version of RabbitMQ. */
export const SERVER_PROPERTIES = {
  product: 'RabbitMQ',
  version: '4.3.0',
  platform: 'memory',
  copyright: '',
  information: '',
};

const NOTHING: WireMessage = { properties: {}, content: Buffer.alloc(0) };

/** What one method of a client does, whatever the method. */
type AnyMethods = Readonly<Record<string, ((fields: Fields, message: WireMessage) => Answer | undefined) | undefined>>;

/**
 * One client's connection. What the client says waits until the broker's turn comes, and what the broker answers until the client's
 * does, as on a network: nobody hears anything in the middle of their own sentence.
 */
export class Session {
  readonly model: ChannelModel;
  private readonly client: ClientOver;
  private readonly channels = new Map<number, ServerChannel>();
  /** Closed for an error, until the client has taken note: what it says meanwhile is not heard. */
  private readonly refused = new Set<number>();
  private heard: (() => void)[] = [];
  private toTell: (() => void)[] = [];
  private readonly declaring: AnyMethods;
  private hasEnded = false;

  constructor(
    private readonly queues: Queues,
    private readonly soon: () => void,
    private readonly ended: () => void,
  ) {
    this.declaring = topologyMethods(queues, this) as AnyMethods;
    this.client = new ClientOver(SERVER_PROPERTIES, {
      said: (channel, method, fields, message) => this.hear(() => this.said(channel, method, fields, message)),
      wantsToClose: () => this.hear(() => this.end()),
    });
    this.model = this.client.model;
  }

  /** What its channels have in hand. */
  get inHand(): readonly { readonly queue: string; readonly message: StoredMessage }[] {
    return [...this.channels.values()].flatMap(({ inHand }) => inHand);
  }

  /** The broker's turn: it hears all that was said until now. */
  listen(): void {
    for (const hear of this.heard.splice(0)) hear();
  }

  /** The client's turn: it hears all that was answered until now, in one piece. */
  speak(): void {
    for (const tell of this.toTell.splice(0)) tell();
  }

  /** The connection ends. @param error why, when the client did not ask for it: then it hears no more of what was on its way */
  end(error?: Error): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.heard = [];
    for (const channel of this.channels.values()) channel.end();
    this.channels.clear();
    for (const queue of this.queues.all) if (queue.owner === this) this.queues.delete(queue.name);
    const tellEnd = (): void => {
      this.ended();
      this.client.end(error);
    };
    if (error === undefined) return this.tell(tellEnd);
    this.toTell = [];
    tellEnd();
  }

  private said(channel: number, method: string, fields: Fields, message: WireMessage = NOTHING): void {
    if (this.refused.has(channel)) {
      if (method === 'ChannelCloseOk' || method === 'ChannelClose') this.refused.delete(channel);
      if (method === 'ChannelClose') this.answer(channel, { method: 'ChannelCloseOk', fields: {} });
      return;
    }
    try {
      const answer = this.carryOut(channel, method, fields, message);
      if (answer !== undefined && fields['nowait'] !== true) this.answer(channel, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.isAboutConnection) return this.end(error);
      this.channels.get(channel)?.end();
      this.channels.delete(channel);
      this.refused.add(channel);
      this.tell(() => this.client.refuse(channel, method, error.code, error.words));
    }
  }

  private carryOut(channel: number, method: string, fields: Fields, message: WireMessage): Answer | undefined {
    if (method === 'ChannelOpen') {
      this.channels.set(channel, new ServerChannel(this.queues, (answer) => this.answer(channel, answer), this));
      return { method: 'ChannelOpenOk', fields: {} };
    }
    const open = this.channels.get(channel);
    if (open === undefined) return undefined;
    if (method === 'ChannelClose') {
      open.end();
      this.channels.delete(channel);
      return { method: 'ChannelCloseOk', fields: {} };
    }
    const carryOut = this.declaring[method] ?? (open.on as AnyMethods)[method];
    if (carryOut === undefined) throw new Refusal(540, `NOT_IMPLEMENTED - the broker in memory knows no ${method}`);
    return carryOut(fields, message);
  }

  private answer(channel: number, { method, fields, message }: Answer): void {
    this.tell(() => this.client.tell(channel, method, fields, message));
  }

  private hear(what: () => void): void {
    if (this.hasEnded) return;
    this.heard.push(what);
    this.soon();
  }

  private tell(what: () => void): void {
    this.toTell.push(what);
    this.soon();
  }
}
