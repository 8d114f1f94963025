import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { DefinitionError } from '../errors';
import { Keyring, messageKeys } from './seal-keys';
import type { MessageKeys } from './seal-keys';

const SECRET = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=';
const ring = (keys: MessageKeys) => new Keyring('signing', keys, () => undefined);

describe('the keys of a setting', () => {
  it('are pairs of id and base64, in their order', () => {
    expect(messageKeys(`2026-11:${SECRET}, 2026-05:YQ==`)).toEqual([
      { id: '2026-11', key: SECRET },
      { id: '2026-05', key: 'YQ==' },
    ]);
  });

  it.each([SECRET, '', `a:${SECRET},`, `a:b:${SECRET}`])('are refused when one is none, without showing it', (text) => {
    expect(() => messageKeys(text)).toThrow(DefinitionError);
    expect(() => messageKeys(text)).toThrow(/^Key \d of the list is not "id:base64"\.$/);
  });
});

describe('a ring of keys', () => {
  it('takes key objects, PEM, base64, and functions that give one', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keys = ring([
      { id: 'object', key: createSecretKey(randomBytes(32)) },
      { id: 'private', key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      { id: 'public', key: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      { id: 'text', key: SECRET },
      { id: 'later', key: () => SECRET },
    ]);
    expect(keys.first[0]).toBe('object');
    expect(['object', 'private', 'public', 'text', 'later', 'other'].map((id) => keys.get(id)?.type)).toEqual([
      'secret',
      'private',
      'public',
      'secret',
      'secret',
      undefined,
    ]);
  });

  it('asks for its keys once, and not before one is needed', () => {
    const given = jest.fn(() => [{ id: 'a', key: SECRET }]);
    const keys = ring(given);
    expect(given).not.toHaveBeenCalled();
    expect([keys.first[0], keys.get('a')?.type]).toEqual(['a', 'secret']);
    expect(given).toHaveBeenCalledTimes(1);
  });

  it.each<[string, MessageKeys, string]>([
    ['none', [], 'There is no signing key'],
    ['an id that no header should carry', [{ id: 'a b', key: SECRET }], 'its id has 1 to 64'],
    [
      'two of one id',
      [
        { id: 'a', key: SECRET },
        { id: 'a', key: SECRET },
      ],
      'there are two',
    ],
    ['text that is no key', [{ id: 'a', key: 'schlüssel' }], 'neither PEM nor base64'],
    ['nothing', [{ id: 'a', key: '' }], 'neither PEM nor base64'],
    ['base64 that ends too soon', [{ id: 'a', key: SECRET.slice(0, -2) }], 'neither PEM nor base64'],
    ['base64 with bits that say nothing', [{ id: 'a', key: 'YR==' }], 'neither PEM nor base64'],
    ['base64 in lines', [{ id: 'a', key: `${SECRET.slice(0, 8)}\n${SECRET.slice(8)}` }], 'neither PEM nor base64'],
    ['base64 of two kinds at once', [{ id: 'a', key: 'a+b-' }], 'neither PEM nor base64'],
    ['digits of openssl rand -hex', [{ id: 'a', key: randomBytes(32).toString('hex') }], 'it is hexadecimal digits'],
    ['PEM that is broken', [{ id: 'a', key: '-----BEGIN PRIVATE KEY-----\nx' }], 'neither PEM nor base64'],
  ])('refuses %s', (_what, keys, why) => {
    expect(() => ring(keys).first).toThrow(DefinitionError);
    expect(() => ring(keys).first).toThrow(why);
  });

  it('takes base64url as well', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const key = ring([{ id: 'a', key: bytes.toString('base64url') }]).get('a');
    expect(key?.equals(createSecretKey(bytes))).toBe(true);
  });

  it('refuses a key that has another use, whatever it is called there', () => {
    const signing = ring([{ id: 'a', key: SECRET }]);
    const object = createSecretKey(Buffer.from(SECRET, 'base64'));
    const encrypting = new Keyring('encryption', [{ id: 'b', key: object }], () => undefined, signing);
    expect(() => encrypting.first).toThrow('The encryption key "b" cannot be used: it is a signing key as well');
  });

  it('shows no key in an error', () => {
    const thrown = (key: string) => {
      try {
        return ring([{ id: 'a', key }]).first;
      } catch (error) {
        return JSON.stringify([String(error), error instanceof Error ? error.stack : '', error]);
      }
    };
    expect(thrown(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n`)).not.toContain(SECRET);
  });
});
