import { idempotencyKey } from './idempotency-key';

describe('an idempotency key', () => {
  it('is the task’s id, a UUIDv7 as Warren makes them', () => {
    expect(idempotencyKey('01939a5e-7b1c-7c3a-9d35-0f6f3b8a1c2d')).toBe('01939a5e-7b1c-7c3a-9d35-0f6f3b8a1c2d');
  });

  it.each(['../../etc/passwd', 'a b', 'a\r\nBcc: b', 'A', '-rf', 'é', 'x'.repeat(65), '.hidden'])(
    'can stand in a file name and a header whatever the id is: %j',
    (id) => {
      expect(idempotencyKey(id)).toMatch(/^[0-9a-f]{64}$/);
      expect(idempotencyKey(id)).toBe(idempotencyKey(id));
    },
  );

  it.each([undefined, ''])('is new each time for a message without an id: %j', (id) => {
    expect(idempotencyKey(id)).toMatch(/^[0-9a-f-]{36}$/);
    expect(idempotencyKey(id)).not.toBe(idempotencyKey(id));
  });
});
