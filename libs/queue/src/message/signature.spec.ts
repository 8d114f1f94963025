import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { DefinitionError, MessageRefusedError } from '../errors';
import { nestFormat } from './formats';
import type { MessageFormat, ReadableMessage } from './formats';
import type { MessageKey } from './seal-keys';
import { sealed } from './sealed';
import type { SealOptions } from './sealed';
import { writeTask } from './task-message';

const secret = (id: string): MessageKey => ({ id, key: randomBytes(32).toString('base64') });
const pair = generateKeyPairSync('ed25519');
const [hmac, older] = [secret('hmac-2'), secret('hmac-1')];

function sent(format: MessageFormat): ReadableMessage {
  const headers = { tenant: 'a', other: 1 };
  const task = { name: 'pay', queue: { name: 'payments', format } };
  return writeTask(task, { amount: 7 }, { id: 'id-1', now: 1_700_000_000_123, headers });
}

function changed({ content, properties }: ReadableMessage, others: ReadableMessage['properties']): ReadableMessage {
  return { content, properties: { ...properties, ...others } };
}

function withHeaders(message: ReadableMessage, headers: Record<string, unknown>): ReadableMessage {
  return changed(message, { headers: { ...message.properties.headers, ...headers } });
}

const signings: [string, SealOptions][] = [
  ['HMAC', { sign: { keys: [hmac], headers: ['tenant'] } }],
  ['Ed25519', { sign: { keys: [{ id: 'ed', key: pair.privateKey }], headers: ['tenant'] } }],
];

describe.each(signings)('a signature by %s', (_how, options) => {
  const format = sealed(nestFormat, options);

  it.each<[string, ReadableMessage['properties']]>([
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

  it.each([
    'x-expires-at',
    'x-attempt',
    'x-added-at',
    'traceparent',
    'tracestate',
    'x-death',
    'x-delivery-count',
    'CC',
    'x-signature',
    'x-signature-key',
    'x-encryption-key',
  ])('cannot cover %s, which is another one when the message is read', (name) => {
    const sign = { keys: [hmac], headers: ['tenant', name] };
    expect(() => sealed(nestFormat, { sign })).toThrow(DefinitionError);
    expect(() => sealed(nestFormat, { sign })).toThrow(`cannot cover "${name}"`);
  });

  it.each(['', 'AAAA', 7, null, 'x'.repeat(43)])('that is none is refused: %p', (signature) => {
    const message = withHeaders(sent(format), { 'x-signature': signature });
    expect(() => format.read(message, 'payments')).toThrow(MessageRefusedError);
  });

  it('leaves the body as it is', () => {
    expect(sent(format).content).toEqual(sent(nestFormat).content);
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
    expect(() => sent(theirs)).toThrow('verifies only');
    expect(() => theirs.check?.('reading')).not.toThrow();
    expect(() => theirs.check?.('writing')).toThrow('verifies only');
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
    expect(() => by({ id: 'a', key }).check?.('reading')).toThrow(DefinitionError);
    expect(() => by({ id: 'a', key }).check?.('reading')).toThrow(why);
  });
});
