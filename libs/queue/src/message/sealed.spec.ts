import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { redrivenMessage } from '../dead-letter/redriven-message';
import { DefinitionError, MessageRefusedError } from '../errors';
import { celery } from './celery';
import { cloudEvents } from './cloud-events';
import { deadLetterMessage } from './dead-letter-message';
import { nestFormat, plainText } from './formats';
import type { MessageFormat, ReadableMessage, TaskToWrite, WrittenMessage } from './formats';
import type { IncomingMessage, OutgoingMessage } from './message';
import { retryMessage } from './retry-message';
import type { MessageKey } from './seal-keys';
import { sealed } from './sealed';
import type { SealOptions } from './sealed';

const secret = (id: string): MessageKey => ({ id, key: randomBytes(32).toString('base64') });
const pair = generateKeyPairSync('ed25519');
const [hmac, older, aes, otherAes] = [secret('hmac-2'), secret('hmac-1'), secret('aes-1'), secret('aes-2')];

const task: TaskToWrite = {
  name: 'pay',
  payload: { to: 'Ada', amount: 7 },
  id: 'id-1',
  queue: 'payments',
  addedAt: 1_700_000_000_123,
  headers: { tenant: 'a', other: 1 },
};

/** As `writeTask` makes a message of it, and the broker hands it out. */
function sent(format: MessageFormat, what = task): IncomingMessage {
  const written = format.write(what) as WrittenMessage;
  const { content, contentType = format.contentType, contentEncoding, correlationId, headers } = written;
  return {
    content,
    fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: what.queue },
    properties: {
      messageId: what.id,
      type: what.name,
      timestamp: Math.floor(what.addedAt / 1_000),
      contentType,
      contentEncoding,
      correlationId,
      headers: { ...what.headers, ...headers },
    },
  };
}

function delivered({ content, properties }: OutgoingMessage): IncomingMessage {
  const fields = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'payments' };
  return { content, fields, properties: { ...properties, headers: { ...properties.headers } } };
}

const signings: [string, SealOptions][] = [
  ['HMAC', { sign: { keys: [hmac], headers: ['tenant'] } }],
  ['Ed25519', { sign: { keys: [{ id: 'ed', key: pair.privateKey }], headers: ['tenant'] } }],
];
const encrypting: SealOptions = { encrypt: { keys: [aes] } };
const seals: [string, SealOptions][] = [
  ...signings,
  ['AES-256-GCM', encrypting],
  ['both', { sign: { keys: [hmac] }, encrypt: { keys: [aes] } }],
];
const formats: [string, MessageFormat][] = [
  ['Nest', nestFormat],
  ['text', plainText('pay')],
  ['Celery', celery()],
  ['CloudEvents', cloudEvents({ source: '/x', mode: 'structured' })],
];

describe.each(seals)('a message sealed by %s', (_how, options) => {
  it.each(formats)('is read in its queue as it was written: %s', (_what, inner) => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 5 }), fc.string(), { minKeys: 1, maxKeys: 3 }),
        fc.uuid(),
        (payload, id) => {
          const text = JSON.stringify(payload);
          const what = { ...task, payload: inner.contentType === 'text/plain' ? text : payload, id };
          const read = sealed(inner, options).read(sent(sealed(inner, options), what), 'payments');
          expect(read).toMatchObject({ name: 'pay' });
          expect(JSON.stringify(read?.payload)).toBe(JSON.stringify(what.payload));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('survives a retry, its dead-letter queue and a redrive', () => {
    const format = sealed(nestFormat, options);
    const error = { name: 'Error', message: 'no' };
    const failed = { id: 'x', attempt: 2, delay: 1, error, firstFailureTime: 1, lastFailureTime: 2, expiresAt: 3 };
    const facts = { deadLetterId: 'd', reason: 'attempts-exhausted', queue: 'payments', worker: 'w', time: 1 } as const;
    const retried = delivered(retryMessage(sent(format), failed));
    const dead = delivered(deadLetterMessage(retried, { ...facts, error, attempt: 2 }));
    const redriven = delivered(redrivenMessage(dead, 'run', 5));
    for (const message of [retried, dead, redriven])
      expect(format.read(message, 'payments')).toEqual({ name: 'pay', payload: task.payload });
  });

  it('is refused in another queue', () => {
    const format = sealed(nestFormat, options);
    expect(() => format.read(sent(format), 'salaries')).toThrow(MessageRefusedError);
    expect(() => format.read(sent(format))).toThrow(MessageRefusedError);
  });

  it('is taken in every queue of one audience', () => {
    const format = sealed(nestFormat, { ...options, audience: 'money' });
    expect(format.read(sent(format), 'salaries')).toMatchObject({ name: 'pay' });
  });

  it.each<[string, (message: IncomingMessage) => ReadableMessage]>([
    ['another id', (message) => changed(message, { messageId: 'id-2' })],
    ['no id', (message) => changed(message, { messageId: undefined })],
    ['another name', (message) => changed(message, { type: 'refund' })],
    ['another content type', (message) => changed(message, { contentType: 'text/html' })],
    ['another content encoding', (message) => changed(message, { contentEncoding: 'gzip' })],
    ['a bit of its body turned', (message) => ({ ...message, content: turned(message.content) })],
    ['a shorter body', (message) => ({ ...message, content: message.content.subarray(0, 20) })],
    ['no body', (message) => ({ ...message, content: Buffer.alloc(0) })],
    ['no headers', (message) => changed(message, { headers: {} })],
    ['a key of another name', (message) => withHeaders(message, { 'x-signature-key': 'k', 'x-encryption-key': 'k' })],
    ['a key whose name is none', (message) => withHeaders(message, { 'x-signature-key': 7, 'x-encryption-key': 7 })],
  ])('is refused with %s', (_what, change) => {
    const format = sealed(nestFormat, options);
    expect(() => format.read(change(sent(format)), 'payments')).toThrow(MessageRefusedError);
  });

  it('is one that demands a seal, unless told otherwise', () => {
    const bare = { ...sent(nestFormat), content: nestFormat.write(task) };
    expect(() => sealed(nestFormat, options).read(bare, 'payments')).toThrow(MessageRefusedError);
    expect(sealed(nestFormat, { ...options, required: false }).read(bare, 'payments')).toMatchObject({ name: 'pay' });
  });

  it('is refused where it is altered, also where no seal is demanded', () => {
    const format = sealed(nestFormat, { ...options, required: false });
    const message = sent(format);
    expect(() => format.read({ ...message, content: turned(message.content) }, 'payments')).toThrow(
      MessageRefusedError,
    );
  });
});

describe.each(signings)('a signature by %s', (_how, options) => {
  const format = sealed(nestFormat, options);

  it.each<[string, Partial<IncomingMessage['properties']>]>([
    ['the time', { timestamp: 1_700_000_001 }],
    ['the address for the answer', { replyTo: 'mine' }],
    ['the correlation id', { correlationId: 'other' }],
  ])('covers %s', (_what, properties) => {
    expect(() => format.read(changed(sent(format), properties), 'payments')).toThrow('does not match');
  });

  it('covers the headers that are named, and no others', () => {
    expect(() => format.read(withHeaders(sent(format), { tenant: 'b' }), 'payments')).toThrow('does not match');
    const others = { other: 2, 'x-attempt': 3, traceparent: 'x' };
    expect(format.read(withHeaders(sent(format), others), 'payments')).toMatchObject({ name: 'pay' });
  });

  it.each(['', 'AAAA', 7, null, 'x'.repeat(43)])('that is none is refused: %p', (signature) => {
    const message = withHeaders(sent(format), { 'x-signature': signature });
    expect(() => format.read(message, 'payments')).toThrow(MessageRefusedError);
  });

  it('leaves the body as it is', () => {
    expect(sent(format).content).toEqual(nestFormat.write(task));
  });
});

describe('signing keys', () => {
  const by = (...keys: MessageKey[]) => sealed(nestFormat, { sign: { keys } });

  it('change in three steps: the new one verifies, then signs, then the old one goes', () => {
    const [before, during, after] = [by(older, hmac), by(hmac, older), by(hmac)];
    expect(during.read(sent(before), 'payments')).toMatchObject({ name: 'pay' });
    expect(before.read(sent(during), 'payments')).toMatchObject({ name: 'pay' });
    expect(after.read(sent(during), 'payments')).toMatchObject({ name: 'pay' });
    expect(() => after.read(sent(before), 'payments')).toThrow('not known here');
  });

  it('of a pair verify with the public half, which cannot sign', () => {
    const theirs = by({ id: 'ed', key: pair.publicKey });
    expect(theirs.read(sent(by({ id: 'ed', key: pair.privateKey })), 'payments')).toMatchObject({ name: 'pay' });
    expect(() => theirs.write(task)).toThrow('verifies only');
  });

  it('cannot be taken for one of another kind: the public key is no secret of an HMAC', () => {
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const forged = by({ id: 'ed', key: Buffer.from(pem).toString('base64') });
    expect(() => by({ id: 'ed', key: pem }).read(sent(forged), 'payments')).toThrow('does not match');
  });

  it.each<[string, MessageKey['key'], string]>([
    ['a short secret', randomBytes(31).toString('base64'), '31 bytes, and 32 is the least'],
    ['an RSA key', generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey, 'Ed25519'],
  ])('may not be %s, which a worker says at its start', (_what, key, why) => {
    expect(() => by({ id: 'a', key }).check?.()).toThrow(DefinitionError);
    expect(() => by({ id: 'a', key }).check?.()).toThrow(why);
  });
});

describe('encryption', () => {
  const format = sealed(nestFormat, encrypting);

  it('hides the payload, says so, and never writes the same bytes twice', () => {
    const [one, two] = [sent(format), sent(format)];
    expect(one.content.includes('Ada')).toBe(false);
    expect(one.content.equals(two.content)).toBe(false);
    expect(one.content.subarray(0, 12).equals(two.content.subarray(0, 12))).toBe(false);
    expect(one.properties).toMatchObject({ contentType: 'application/json', contentEncoding: 'aes-256-gcm' });
    expect([format.isEncrypted, sealed(format, { sign: { keys: [hmac] } }).isEncrypted]).toEqual([true, true]);
    expect(sealed(nestFormat, { sign: { keys: [hmac] } }).isEncrypted).toBeUndefined();
  });

  it('opens with any key of the list, and with no other', () => {
    const both = sealed(nestFormat, { encrypt: { keys: [otherAes, aes] } });
    expect(both.read(sent(format), 'payments')).toMatchObject({ name: 'pay' });
    const wrong = sealed(nestFormat, { encrypt: { keys: [{ ...otherAes, id: aes.id }] } });
    expect(() => wrong.read(sent(format), 'payments')).toThrow('does not open');
  });

  it('wants a key of 32 bytes', () => {
    const keys = [{ id: 'a', key: randomBytes(16).toString('base64') }];
    expect(() => sealed(nestFormat, { encrypt: { keys } }).check?.()).toThrow('32 bytes');
  });
});

it('a seal that does nothing is a mistake', () => {
  expect(() => sealed(nestFormat, {})).toThrow(DefinitionError);
});

function changed(message: IncomingMessage, properties: Partial<IncomingMessage['properties']>): IncomingMessage {
  return { ...message, properties: { ...message.properties, ...properties } };
}

function withHeaders(message: IncomingMessage, headers: Record<string, unknown>): IncomingMessage {
  return changed(message, { headers: { ...message.properties.headers, ...headers } });
}

function turned(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
