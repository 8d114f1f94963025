import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { MessageRefusedError } from '../errors';
import { CoveredHeaders, sealHeader } from './covered-headers';
import type { CoveredHeader } from './covered-headers';
import type { HeadersRead } from './formats';
import { Keyring } from './seal-keys';
import type { MessageKeys } from './seal-keys';

/** How payloads are encrypted. */
export interface EncryptionOptions {
  /** Secret keys of 32 bytes. One that encrypts has to go before it has done so four billion times: its nonces are random. */
  readonly keys: MessageKeys;
}

/** What the ciphertext is bound to: with any of it another, it does not open. */
export interface Binding {
  /** The queue's name, or what is agreed on in its place. */
  readonly audience: string;
  readonly id: unknown;
  readonly type: unknown;
  readonly contentType: unknown;
  /** Of the message; those count that its format reads. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a message's `content_encoding` says, behind what it said before. */
const ENCODING = 'aes-256-gcm';
const { encryptionKey: KEY } = sealHeader;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts bodies with AES-256-GCM: a random nonce, the tag and the ciphertext are the new body. */
export class Encrypter {
  private readonly keys: Keyring;
  private readonly covered: CoveredHeaders;

  /**
   * @param read the headers that the format reads
   * @param signing keys that may not encrypt as well
   */
  constructor({ keys }: EncryptionOptions, read: HeadersRead = {}, signing?: Keyring) {
    this.keys = new Keyring('encryption', keys, problemOf, signing);
    this.covered = new CoveredHeaders(read);
  }

  /** @throws DefinitionError when a key cannot be used. */
  check(): void {
    void this.keys.first;
  }

  /** @throws DefinitionError when a key cannot be used. */
  encrypt(
    content: Buffer,
    binding: Binding,
    encoding: string | undefined,
  ): {
    readonly content: Buffer;
    readonly contentEncoding: string;
    readonly headers: Readonly<Record<string, string>>;
  } {
    const [id, key] = this.keys.first;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ENCODING, key, nonce, { authTagLength: TAG_BYTES }).setAAD(this.text(id, binding));
    const body = [cipher.update(content), cipher.final()];
    return {
      content: Buffer.concat([nonce, cipher.getAuthTag(), ...body]),
      contentEncoding: encoding === undefined ? ENCODING : `${encoding}, ${ENCODING}`,
      headers: { [KEY]: id },
    };
  }

  /** Whether a message says that it is encrypted so. */
  isEncrypted(contentEncoding: unknown): contentEncoding is string {
    return typeof contentEncoding === 'string' && /(?:^|, )aes-256-gcm$/.test(contentEncoding);
  }

  /** What the message's `content_encoding` was before. */
  innerEncoding(contentEncoding: string): string | undefined {
    return contentEncoding === ENCODING ? undefined : contentEncoding.slice(0, -`, ${ENCODING}`.length);
  }

  /** @throws MessageRefusedError when no key that is known here opens it. */
  decrypt(content: Buffer, binding: Binding): Buffer {
    const { [KEY]: id } = binding.headers;
    const key = typeof id === 'string' ? this.keys.get(id) : undefined;
    if (typeof id !== 'string' || key === undefined)
      throw new MessageRefusedError('it is encrypted with a key that is not known here');
    return opened(content, key, this.text(id, binding));
  }

  private text(keyId: string, { headers, ...binding }: Binding): Buffer {
    return boundText(keyId, binding, this.covered.of(headers));
  }
}

function opened(content: Buffer, key: KeyObject, bound: Buffer): Buffer {
  const nonce = content.subarray(0, NONCE_BYTES);
  const tag = content.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(ENCODING, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound).setAuthTag(tag);
    return Buffer.concat([decipher.update(content.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new MessageRefusedError('it does not open: it was altered, moved, or encrypted with another key');
  }
}

function boundText(
  keyId: string,
  { audience, id, type, contentType }: Omit<Binding, 'headers'>,
  covered: readonly CoveredHeader[],
): Buffer {
  const properties = [id, type, contentType].map((value) => value ?? null);
  return Buffer.from(JSON.stringify(['warren.encryption.1', keyId, audience, ...properties, covered]));
}

function problemOf({ type, symmetricKeySize }: KeyObject): string | undefined {
  return type === 'secret' && symmetricKeySize === KEY_BYTES
    ? undefined
    : `it must be a secret key of ${KEY_BYTES} bytes`;
}
