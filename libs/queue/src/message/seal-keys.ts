import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import { DefinitionError } from '../errors';

/**
 * The material of a key: a `KeyObject`, or text. Text is PEM for an Ed25519 key (private to sign and verify, public to verify), and else the
 * base64 of a secret key's bytes (`openssl rand -base64 32`), or base64url without padding. What is not exactly that is refused.
 */
export type KeyMaterial = KeyObject | string;

/** A key by a name of its own. */
export interface MessageKey {
  /** Travels with each message, so that its reader finds the key: 1 to 64 letters, digits, `.`, `_` and `-`, nothing secret. */
  readonly id: string;
  /** Or a function that gives it, asked when a key is needed for the first time. */
  readonly key: KeyMaterial | (() => KeyMaterial);
}

/** Keys, or a function that gives them. **The first one signs or encrypts; all of them verify or decrypt.** */
export type MessageKeys = readonly MessageKey[] | (() => readonly MessageKey[]);

const KEY_ID = /^[\w.-]{1,64}$/;

/**
 * Reads the keys of a setting: `id:base64` and more of them behind commas, the one that signs or encrypts first.
 * @throws DefinitionError that repeats nothing of the text
 */
export function messageKeys(text: string): MessageKey[] {
  return text.split(',').map((part, index) => {
    const [id = '', key = '', ...rest] = part.trim().split(':');
    if (key === '' || rest.length > 0) throw new DefinitionError(`Key ${index + 1} of the list is not "id:base64".`);
    return { id, key };
  });
}

/** Keys by their names, made ready when they are needed for the first time. Never shown, never logged. */
export class Keyring {
  private keys: ReadonlyMap<string, KeyObject> | undefined;

  /**
   * @param use what they are for, in an error
   * @param problemOf why a key is of no use for that; `undefined` when it is
   */
  constructor(
    private readonly use: string,
    private readonly given: MessageKeys,
    private readonly problemOf: (key: KeyObject) => string | undefined,
    /** One key has one use: none of these keys is in this ring. */
    private readonly apartFrom?: Keyring,
  ) {}

  /** The one that signs or encrypts. @throws DefinitionError when a key cannot be used. */
  get first(): readonly [id: string, key: KeyObject] {
    for (const entry of this.ready()) return entry;
    throw new DefinitionError(`There is no ${this.use} key.`);
  }

  /** @throws DefinitionError as {@link first} does. */
  get(id: string): KeyObject | undefined {
    return this.ready().get(id);
  }

  /** Whether a key is in it, by its bytes. @throws DefinitionError as {@link first} does. */
  private holds(key: KeyObject): boolean {
    return [...this.ready().values()].some((other) => other.equals(key));
  }

  private ready(): ReadonlyMap<string, KeyObject> {
    return (this.keys ??= this.read());
  }

  private read(): ReadonlyMap<string, KeyObject> {
    const keys = new Map<string, KeyObject>();
    for (const { id, key } of typeof this.given === 'function' ? this.given() : this.given) {
      const fault = (why: string): DefinitionError =>
        new DefinitionError(`The ${this.use} key "${id.slice(0, 64)}" cannot be used: ${why}.`);
      if (!KEY_ID.test(id)) throw fault('its id has 1 to 64 letters, digits, ".", "_" and "-"');
      if (keys.has(id)) throw fault('there are two of this id');
      const material = typeof key === 'function' ? key() : key;
      if (isHexadecimal(material)) throw fault('it is hexadecimal digits, and a secret key is base64 here');
      const object = keyObject(material);
      if (object === undefined) throw fault('it is neither PEM nor base64');
      const problem = this.problemOf(object);
      if (problem !== undefined) throw fault(problem);
      if (this.apartFrom?.holds(object) === true)
        throw fault(`it is a ${this.apartFrom.use} key as well, and each use wants a key of its own`);
      keys.set(id, object);
    }
    return keys;
  }
}

/** `undefined` for text that is no key; what the reason is may show a part of it. */
function keyObject(material: KeyMaterial): KeyObject | undefined {
  if (typeof material !== 'string') return material instanceof KeyObject ? material : undefined;
  const text = material.trim();
  try {
    if (text.startsWith('-----BEGIN')) return text.includes('PRIVATE') ? createPrivateKey(text) : createPublicKey(text);
    const bytes = Buffer.from(text, 'base64');
    const isExact = text !== '' && [bytes.toString('base64'), bytes.toString('base64url')].includes(text);
    return isExact ? createSecretKey(bytes) : undefined;
  } catch {
    return undefined;
  }
}

/** As `openssl rand -hex` writes a key: it would be base64 too, of other bytes. */
function isHexadecimal(material: KeyMaterial): boolean {
  return typeof material === 'string' && /^[\da-f]{32,}$/i.test(material.trim());
}
