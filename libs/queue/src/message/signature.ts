import { createHash, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { DefinitionError, MessageRefusedError } from '../errors';
import { CoveredHeaders, isCoverable, sealHeader } from './covered-headers';
import type { HeadersRead } from './formats';
import { Keyring } from './seal-keys';
import type { MessageKeys } from './seal-keys';

/** How messages are signed. */
export interface SigningOptions {
  /** Secret keys of 32 bytes or more (HMAC-SHA256), Ed25519 keys, or some of both: which it is goes by the key. */
  readonly keys: MessageKeys;
  /**
   * Names of further headers that are covered, of those that `add` is given. Those that the format reads are covered without being named;
   * Warren's own, the broker's, a trace's and the seal's change on the way: `sealed` throws a DefinitionError for them.
   */
  readonly headers?: readonly string[];
}

/** What a signature covers. What is missing in a message is `null`. */
export interface SignedParts {
  /** The queue's name, or what is agreed on in its place. */
  readonly audience: string;
  readonly id: unknown;
  readonly type: unknown;
  readonly contentType: unknown;
  readonly contentEncoding: unknown;
  /** Seconds since 1970. */
  readonly timestamp: unknown;
  readonly replyTo: unknown;
  readonly correlationId: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: Buffer;
}

const { signature: SIGNATURE, signatureKey: KEY } = sealHeader;

const MIN_SECRET_BYTES = 32;

/** Signs messages, and looks whether they are as they were signed. The algorithm goes by the key, never by what a message says. */
export class Signer {
  readonly keys: Keyring;
  private readonly covered: CoveredHeaders;

  /**
   * @param read the headers that the format reads
   * @throws DefinitionError for a header that is another one when the message is read.
   */
  constructor({ keys, headers = [] }: SigningOptions, read: HeadersRead = {}) {
    const changing = headers.filter((name) => !isCoverable(name)).map((name) => `"${name}"`);
    if (changing.length > 0)
      throw new DefinitionError(
        `sealed: sign.headers cannot cover ${changing.join(', ')}: Warren, the broker, a tracer or the seal itself writes it on a ` +
          'message’s way, and every message would be refused.',
      );
    this.keys = new Keyring('signing', keys, problemOf);
    this.covered = new CoveredHeaders({ ...read, names: [...(read.names ?? []), ...headers] });
  }

  /** @throws DefinitionError when a key cannot be used. */
  check(use: 'reading' | 'writing'): void {
    if (use === 'writing') void this.signing;
    else void this.keys.first;
  }

  /** The headers of the signature. @throws DefinitionError when the first key cannot sign, or none can be used. */
  sign(parts: SignedParts): Record<string, string> {
    const [id, key] = this.signing;
    const text = this.text(id, parts);
    const signature = key.type === 'secret' ? hmac(key, text) : sign(null, text, key);
    return { [SIGNATURE]: signature.toString('base64url'), [KEY]: id };
  }

  /** Whether the message has a signature at all. */
  isSigned({ headers }: Pick<SignedParts, 'headers'>): boolean {
    return headers[SIGNATURE] !== undefined;
  }

  /** @throws MessageRefusedError when it is not signed, by no key that is known, or altered. */
  verify(parts: SignedParts): void {
    const { [SIGNATURE]: signature, [KEY]: id } = parts.headers;
    if (signature === undefined) throw new MessageRefusedError('it is not signed');
    const key = typeof id === 'string' ? this.keys.get(id) : undefined;
    if (typeof id !== 'string' || key === undefined)
      throw new MessageRefusedError('it is signed by a key that is not known here');
    if (typeof parts.id !== 'string' || parts.id === '') throw new MessageRefusedError('it is signed and has no id');
    const given = Buffer.from(typeof signature === 'string' ? signature : '', 'base64url');
    if (!isSignature(key, this.text(id, parts), given))
      throw new MessageRefusedError('its signature does not match: it was altered, or meant for another queue');
  }

  private get signing(): readonly [id: string, key: KeyObject] {
    const [id, key] = this.keys.first;
    if (key.type === 'public') throw new DefinitionError(`The signing key "${id}" is public: it verifies only.`);
    return [id, key];
  }

  /** One text for one message: JSON keeps apart what stands side by side. */
  private text(keyId: string, { content, headers, audience, ...parts }: SignedParts): Buffer {
    const { id, type, contentType, contentEncoding, timestamp, replyTo, correlationId } = parts;
    const properties = [id, type, contentType, contentEncoding, timestamp, replyTo, correlationId];
    const covered = this.covered.of(headers);
    const digest = createHash('sha256').update(content).digest('base64url');
    const all = ['warren.signature.1', keyId, audience, ...properties.map((value) => value ?? null), covered, digest];
    return Buffer.from(JSON.stringify(all));
  }
}

function isSignature(key: KeyObject, text: Buffer, given: Buffer): boolean {
  if (key.type !== 'secret') return verify(null, text, key, given);
  const expected = hmac(key, text);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function hmac(key: KeyObject, text: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function problemOf({ type, symmetricKeySize = 0, asymmetricKeyType }: KeyObject): string | undefined {
  if (type === 'secret')
    return symmetricKeySize < MIN_SECRET_BYTES
      ? `it has ${symmetricKeySize} bytes, and ${MIN_SECRET_BYTES} is the least`
      : undefined;
  return asymmetricKeyType === 'ed25519' ? undefined : 'a key pair for signing is an Ed25519 one';
}
