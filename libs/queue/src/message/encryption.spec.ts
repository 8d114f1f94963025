import { randomBytes } from 'node:crypto';
import { nestFormat } from './formats';
import type { MessageFormat } from './formats';
import type { OutgoingMessage } from './message';
import type { MessageKey } from './seal-keys';
import { sealed } from './sealed';
import { writeTask } from './task-message';

const secret = (id: string): MessageKey => ({ id, key: randomBytes(32).toString('base64') });
const [hmac, aes, otherAes] = [secret('hmac-1'), secret('aes-1'), secret('aes-2')];

function sent(format: MessageFormat): OutgoingMessage {
  return writeTask({ name: 'pay', queue: { name: 'payments', format } }, { to: 'Ada' }, { id: 'id-1', now: 0 });
}

describe('encryption', () => {
  const format = sealed(nestFormat, { encrypt: { keys: [aes] } });

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

  it('wants a key that does not sign as well', () => {
    const both = sealed(nestFormat, { sign: { keys: [aes] }, encrypt: { keys: [{ ...aes, id: 'other' }] } });
    expect(() => both.check?.('reading')).toThrow('it is a signing key as well');
    expect(() => sent(both)).toThrow('it is a signing key as well');
  });

  it('wants a key of 32 bytes', () => {
    const keys = [{ id: 'a', key: randomBytes(16).toString('base64') }];
    expect(() => sealed(nestFormat, { encrypt: { keys } }).check?.('reading')).toThrow('32 bytes');
  });
});
