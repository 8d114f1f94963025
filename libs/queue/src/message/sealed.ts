import { DefinitionError, MessageRefusedError } from '../errors';
import { sealHeader } from './covered-headers';
import { Encrypter } from './encryption';
import type { EncryptionOptions } from './encryption';
import type { HeadersSchema, MessageFormat, ReadableMessage, ReadTask, TaskToWrite, WrittenMessage } from './formats';
import { versionHeader } from './headers';
import { Signer } from './signature';
import type { SignedParts, SigningOptions } from './signature';

/** What {@link sealed} takes: `sign`, `encrypt`, or both. */
export interface SealOptions {
  readonly sign?: SigningOptions;
  readonly encrypt?: EncryptionOptions;
  /**
   * Who a message is for. Written into the seal, so that a message of one queue is refused in every other. Default: the queue's name; the same
   * word for the event of an exchange and the queues that are bound to it.
   */
  readonly audience?: string;
  /** `false`: what has no seal is taken all the same, while producers are being changed. Then a seal protects from nothing. Default: `true`. */
  readonly required?: boolean;
}

/**
 * A format whose messages are signed (HMAC-SHA256, Ed25519), encrypted (AES-256-GCM), or both. A queue with it takes nothing else: what is not
 * signed, altered, meant for another queue or does not open is dead-lettered as `refused`. Covered are body, id, name, version, content type and
 * encoding, time, reply address, the headers that the format reads and those named; attempts, priority and every other header are not. A
 * copy of a message is as good as the message: whoever may read and write the queue can send it again.
 * @throws DefinitionError when it shall do nothing, or cover a header that changes on the way. Keys are looked at when they are needed: by a
 * worker at its start, by who adds when it calls `TaskQueue.assertWritable`, or else with its first task.
 */
export function sealed(format: MessageFormat, options: SealOptions): MessageFormat {
  const { sign, encrypt, audience, required = true } = options;
  if (sign === undefined && encrypt === undefined)
    throw new DefinitionError('sealed: say how messages are signed (sign), encrypted (encrypt), or both.');
  const { readsHeaders } = format;
  const signer = sign && new Signer(sign, readsHeaders);
  const encrypter = encrypt && new Encrypter(encrypt, readsHeaders, signer?.keys);
  const seal = new Seal(format, signer, encrypter, required);
  return {
    contentType: format.contentType,
    ...(encrypt === undefined && format.isEncrypted !== true ? {} : { isEncrypted: true }),
    ...(readsHeaders === undefined ? {} : { readsHeaders }),
    check: (use) => {
      format.check?.(use);
      signer?.check(use);
      encrypter?.check();
    },
    write: (task) => seal.write(task, audience ?? task.queue),
    read: (message, queue = '') => seal.read(message, audience ?? queue, queue),
    ...nameOf(format, options),
    ...bodyOf(format, encrypt !== undefined),
    headersSchema: (name) => headersOf(format, options, name),
  };
}

/** Where a seal is not required, what has none is taken as well. */
function nameOf(
  { name }: MessageFormat,
  { sign, encrypt, audience, required = true }: SealOptions,
): Pick<MessageFormat, 'name'> {
  if (name === undefined) return {};
  const seals = [...(sign === undefined ? [] : ['signed']), ...(encrypt === undefined ? [] : ['encrypted'])];
  const whole = `${seals.join('+')}(${name})${audience === undefined ? '' : ` for ${audience}`}`;
  return { name: required ? whole : `${name}, or ${whole}` };
}

function headersOf(
  { headersSchema }: MessageFormat,
  { sign, encrypt, required: isRequired = true }: SealOptions,
  name: string,
): HeadersSchema {
  const { properties, required } = headersSchema?.(name) ?? { properties: {}, required: [] };
  const { signature, signatureKey, encryptionKey } = sealHeader;
  const own = [
    ...(sign === undefined ? [] : [signature, signatureKey]),
    ...(encrypt === undefined ? [] : [encryptionKey]),
  ];
  return {
    properties: { ...properties, ...Object.fromEntries(own.map((key) => [key, { type: 'string', minLength: 1 }])) },
    required: [...required, ...(isRequired ? own : [])],
  };
}

/** A signature leaves the body as it is. */
function bodyOf({ bodySchema }: MessageFormat, isEncrypted: boolean): Pick<MessageFormat, 'bodySchema'> {
  if (isEncrypted)
    return { bodySchema: () => ({ type: 'string', format: 'binary', description: 'Encrypted: AES-256-GCM.' }) };
  return bodySchema === undefined ? {} : { bodySchema };
}

class Seal {
  constructor(
    private readonly format: MessageFormat,
    private readonly signer: Signer | undefined,
    private readonly encrypter: Encrypter | undefined,
    private readonly isRequired: boolean,
  ) {}

  write(task: TaskToWrite, audience: string): WrittenMessage {
    const plain = this.format.write(task);
    const inner = Buffer.isBuffer(plain) ? { content: plain } : plain;
    const { id, name: type, addedAt } = task;
    const { contentType = this.format.contentType, contentEncoding: encoding, correlationId } = inner;
    const given = { ...task.headers, ...versionHeader(task.version), ...inner.headers };
    const binding = { audience, id, type, contentType, headers: given };
    const encrypted = this.encrypter?.encrypt(inner.content, binding, encoding);
    const { content, contentEncoding } = encrypted ?? inner;
    const timestamp = Math.floor(addedAt / 1_000);
    const properties = { id, type, contentType, contentEncoding, timestamp, replyTo: undefined, correlationId };
    const signed = this.signer?.sign({ audience, ...properties, headers: given, content });
    return {
      ...inner,
      content,
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      headers: { ...inner.headers, ...encrypted?.headers, ...signed },
    };
  }

  /** @throws MessageRefusedError */
  read(message: ReadableMessage, audience: string, queue: string): ReadTask | undefined {
    const { messageId: id, headers = {}, ...rest } = message.properties;
    const parts = { audience, id, headers, content: message.content, ...restOf(rest) };
    const isSigned = this.verify(parts);
    const opened = this.opened(message, parts);
    const task = this.format.read(opened ?? message, queue);
    const stated = task?.stated?.id;
    // What is published again has the id that is stated for its message_id, which is covered.
    if ((isSigned || opened !== undefined) && stated !== undefined && stated !== id)
      throw new MessageRefusedError('it states another id than its message_id');
    return task;
  }

  /** @returns whether it was signed */
  private verify(parts: SignedParts): boolean {
    const { signer } = this;
    if (signer === undefined || (!this.isRequired && !signer.isSigned(parts))) return false;
    signer.verify(parts);
    return true;
  }

  /** The message inside; `undefined` where none is. */
  private opened({ properties }: ReadableMessage, parts: SignedParts): ReadableMessage | undefined {
    const { encrypter } = this;
    if (encrypter === undefined) return undefined;
    const { contentEncoding } = parts;
    if (!encrypter.isEncrypted(contentEncoding)) {
      if (this.isRequired) throw new MessageRefusedError('it is not encrypted');
      return undefined;
    }
    const content = encrypter.decrypt(parts.content, parts);
    return { content, properties: { ...properties, contentEncoding: encrypter.innerEncoding(contentEncoding) } };
  }
}

/** The properties that a seal covers, and no others. */
function restOf({
  type,
  contentType,
  contentEncoding,
  timestamp,
  replyTo,
  correlationId,
}: ReadableMessage['properties']): Omit<SignedParts, 'audience' | 'id' | 'headers' | 'content'> {
  return { type, contentType, contentEncoding, timestamp, replyTo, correlationId };
}
