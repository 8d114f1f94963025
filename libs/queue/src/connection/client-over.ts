import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { IllegalOperationError } from 'amqplib';
import type { ChannelModel } from 'amqplib';

/** A method's fields, by the names that amqplib gives them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message's properties and bytes, as they come out of their encoding. */
export interface WireMessage {
  readonly properties: Fields;
  readonly content: Buffer;
}

/** What the client says, in its order. Called in the middle of the client's own work: take note, and answer later. */
export interface ClientListener {
  /** @param method its name, as in `QueueDeclare` */
  said(channel: number, method: string, fields: Fields, message?: WireMessage): void;
  /** It wants to end the connection: answer by {@link ClientOver.end}. */
  wantsToClose(): void;
}

/** The part of amqplib's channel that hears the broker; it is in none of its types. */
interface HearingChannel {
  accept(frame: object): void;
  toClosed(stack: string): void;
}

/** The parts of amqplib that know the protocol; they are in none of its types, and its package exports none of them. */
interface Definitions {
  readonly [name: string]: unknown;
  readonly BasicProperties: number;
  readonly ChannelClose: number;
  encodeMethod(id: number, channel: number, fields: Fields): Buffer;
  encodeProperties(id: number, channel: number, size: number, fields: Fields): Buffer;
  decode(id: number, bytes: Buffer): Fields;
  info(id: number): { readonly name: string; readonly classId: number; readonly methodId: number };
}

/** Bytes before and behind what a frame carries: its type, channel and size, and for a method its id, for properties class and size. */
const METHOD_START = 11;
const PROPERTIES_START = 19;
const FRAME_END = 1;

/**
 * amqplib's own client over something that is no socket: what it says is encoded and decoded as on a wire and then handed to a listener,
 * and it hears what it is told. So everything that uses it meets the client's own behaviour: its errors, its confirms, its refusals to
 * send on what is closed.
 *
 * Reaches into amqplib (its version is pinned); the conformance suite tells when that no longer fits.
 */
export class ClientOver extends EventEmitter {
  /** As amqplib's `connect` gives it out. */
  readonly model: ChannelModel;
  private readonly definitions: Definitions;
  private readonly channels = new Map<number, HearingChannel>();
  private lastChannel = 0;
  private whyNotSending: string | undefined;
  private readonly closed: ((error: Error | null) => void)[] = [];

  /** @param serverProperties what the broker says of itself */
  constructor(
    readonly serverProperties: Fields,
    private readonly listener: ClientListener,
  ) {
    super();
    const { definitions, Model } = partsOfAmqplib();
    this.definitions = definitions;
    this.model = new Model(this);
  }

  /** The broker's own words on a channel; with the message that follows them, where one does. Nothing is heard on a channel that is gone. */
  tell(channel: number, method: string, fields: Fields, message?: WireMessage): void {
    const hearing = this.channels.get(channel);
    if (hearing === undefined) return;
    hearing.accept({ id: this.definitions[method], channel, fields });
    if (message === undefined) return;
    const { properties, content } = message;
    hearing.accept({ id: this.definitions.BasicProperties, channel, size: content.length, fields: properties });
    if (content.length > 0) hearing.accept({ channel, content });
  }

  /** The broker closes a channel for an error. @param method what it is about */
  refuse(channel: number, method: string, replyCode: number, replyText: string): void {
    const { classId, methodId } = this.definitions.info(Number(this.definitions[method]));
    this.tell(channel, 'ChannelClose', { replyCode, replyText, classId, methodId });
  }

  /** The connection is over. @param error why, when the client did not want it. */
  end(error?: Error): void {
    if (error !== undefined && this.model.listenerCount('error') > 0) this.emit('error', error);
    this.whyNotSending = `Connection closed (${error === undefined ? 'by client' : String(error)})`;
    for (const channel of this.channels.values()) channel.toClosed('');
    this.emit('close', error);
    for (const closed of this.closed.splice(0)) closed(null);
  }

  /** Called by amqplib. */
  sendMethod(channel: number, id: number, fields: Fields): boolean {
    this.assertOpen();
    this.listener.said(channel, this.definitions.info(id).name, this.sent(id, channel, fields));
    return true;
  }

  /** Called by amqplib. */
  sendMessage(channel: number, id: number, fields: Fields, kind: number, given: Fields, content: unknown): boolean {
    this.assertOpen();
    if (!Buffer.isBuffer(content)) throw new TypeError('content is not a buffer');
    const encoded = this.definitions.encodeProperties(kind, channel, content.length, given);
    const properties = this.definitions.decode(kind, encoded.subarray(PROPERTIES_START, encoded.length - FRAME_END));
    const message = { properties, content: Buffer.from(content) };
    this.listener.said(channel, this.definitions.info(id).name, this.sent(id, channel, fields), message);
    return true;
  }

  /** Called by amqplib. */
  freshChannel(channel: HearingChannel): number {
    this.assertOpen();
    this.lastChannel += 1;
    this.channels.set(this.lastChannel, channel);
    return this.lastChannel;
  }

  /** Called by amqplib. */
  releaseChannel(channel: number): void {
    this.channels.delete(channel);
  }

  /** Called by amqplib. */
  close(closed: (error: Error | null) => void): void {
    if (this.whyNotSending !== undefined) return closed(new IllegalOperationError(this.whyNotSending));
    this.whyNotSending = 'Connection closing';
    this.closed.push(closed);
    this.listener.wantsToClose();
  }

  private sent(id: number, channel: number, fields: Fields): Fields {
    const encoded = this.definitions.encodeMethod(id, channel, fields);
    return this.definitions.decode(id, encoded.subarray(METHOD_START, encoded.length - FRAME_END));
  }

  private assertOpen(): void {
    if (this.whyNotSending !== undefined) throw new IllegalOperationError(this.whyNotSending);
  }
}

type ModelClass = new (connection: EventEmitter) => ChannelModel;

/** Its package names its two doors only, so these are found beside the first. */
function partsOfAmqplib(): { readonly definitions: Definitions; readonly Model: ModelClass } {
  const load = createRequire(__filename);
  const folder = join(dirname(load.resolve('amqplib')), 'lib');
  const definitions = load(join(folder, 'defs.js')) as Definitions;
  const { ChannelModel: Model } = load(join(folder, 'channel_model.js')) as { ChannelModel: ModelClass };
  return { definitions, Model };
}
