import { DefinitionError, MessageRefusedError } from '../errors';
import { Encrypter } from './encryption';
import type { EncryptionOptions } from './encryption';
import type { MessageFormat, ReadableMessage, ReadTask, TaskToWrite, WrittenMessage } from './formats';
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
 * signed, altered, meant for another queue or does not open is dead-lettered as `refused`. Covered are body, id, name, content type and
 * encoding, time, reply address, the headers that the format reads and those named; attempts, priority and every other header are not. A
 * copy of a message is as good as the message: whoever may read and write the queue can send it again.
 * @throws DefinitionError when it shall do nothing, or cover a header that changes on the way. Keys are looked at when they are needed: by a worker at its start.
 */
export function sealed(
  format: MessageFormat,
  { sign, encrypt, audience, required = true }: SealOptions,
): MessageFormat {
  if (sign === undefined && encrypt === undefined)
    throw new DefinitionError('sealed: say how messages are signed (sign), encrypted (encrypt), or both.');
  const { readsHeaders } = format;
  const signer = sign && new Signer(sign, readsHeaders);
  const encrypter = encrypt && new Encrypter(encrypt, readsHeaders);
  const seal = new Seal(format, signer, encrypter, required);
  return {
    contentType: format.contentType,
    ...(encrypt === undefined && format.isEncrypted !== true ? {} : { isEncrypted: true }),
    ...(readsHeaders === undefined ? {} : { readsHeaders }),
    check: () => {
      format.check?.();
      signer?.check();
      encrypter?.check();
    },
    write: (task) => seal.write(task, audience ?? task.queue),
    read: (message, queue = '') => seal.read(message, audience ?? queue, queue),
  };
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
    const given = { ...task.headers, ...inner.headers };
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
    const { content, properties } = message;
    const { messageId: id, headers = {}, ...rest } = properties;
    this.verify({ audience, id, headers, content, ...restOf(rest) });
    const { encrypter } = this;
    const { contentEncoding } = rest;
    if (encrypter === undefined) return this.format.read(message, queue);
    if (!encrypter.isEncrypted(contentEncoding)) {
      if (this.isRequired) throw new MessageRefusedError('it is not encrypted');
      return this.format.read(message, queue);
    }
    const opened = encrypter.decrypt(content, { audience, id, headers, ...restOf(rest) });
    const inner = { ...properties, contentEncoding: encrypter.innerEncoding(contentEncoding) };
    return this.format.read({ content: opened, properties: inner }, queue);
  }

  private verify(parts: SignedParts): void {
    const { signer } = this;
    if (signer === undefined || (!this.isRequired && !signer.isSigned(parts))) return;
    signer.verify(parts);
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
