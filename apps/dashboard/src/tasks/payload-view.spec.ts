import { randomBytes } from 'node:crypto';
import { defineQueue, defineTask, nestFormat, sealed, TaskRegistry } from '@app/queue';
import type { DeadLetterDetails } from '@app/queue';
import { z } from 'zod';
import { payloadView } from './payload-view';

const pay = defineTask({
  name: 'pay',
  queue: defineQueue({ name: 'payments' }),
  payload: z.object({ card: z.string().meta({ secret: true }), note: z.string() }),
});
const foreign = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const;
const opaque = defineTask({ name: 'opaque', queue: 'payments-2', payload: foreign });
const keys = [{ id: 'a', key: randomBytes(32).toString('base64') }];
const secrets = defineQueue({ name: 'secrets', format: sealed(nestFormat, { encrypt: { keys } }) });
const whisper = defineTask({ name: 'whisper', queue: secrets, payload: z.object({ text: z.string() }) });
const registry = new TaskRegistry([pay, opaque, whisper]);

function letter(
  body: unknown,
  { name = 'pay', queue = 'payments', reason = 'timed-out', version = 1 } = {},
): DeadLetterDetails {
  const text = typeof body === 'string' ? body : JSON.stringify({ pattern: name, data: body });
  const content = Buffer.from(text);
  return {
    id: 'id',
    name,
    queue,
    reason,
    originalQueue: queue,
    version,
    bytes: content.length,
    content,
    properties: { type: name },
  } as unknown as DeadLetterDetails;
}

describe('a dead letter’s payload', () => {
  it.each(['read-only', 'operator', 'admin'] as const)('is shown to %s without its secrets', (role) => {
    const view = payloadView(letter({ card: '4242', note: 'hi' }), registry, role);
    expect(view).toMatchObject({ isCut: false, masked: 1 });
    expect(view.text).toContain('"note": "hi"');
    expect(view.text).not.toContain('4242');
  });

  it('is shown to everybody where its definition has no secrets, whatever it looks like', () => {
    const plain = new TaskRegistry([defineTask({ name: 'pay', queue: 'payments', payload: z.object({}) })]);
    for (const one of [letter('"text"'), letter({ a: 1 }, { reason: 'invalid-payload' })]) {
      expect(payloadView(one, plain, 'read-only').text).toBeDefined();
    }
  });

  it('is cut after 16 K characters, not in the middle of one', () => {
    const view = payloadView(letter({ card: '', note: '🎈'.repeat(300_000) }), registry, 'read-only');
    expect(view.isCut).toBe(true);
    expect(view.text?.length).toBeLessThanOrEqual(16_384);
    expect(view.text).not.toMatch(/[\ud800-\udbff]$/);
    expect(view.bytes).toBeGreaterThan(1_000_000);
  });

  it.each([
    ['is not defined here', letter({ a: 1 }, { name: 'unknown' })],
    ['has a schema that does not tell', letter({ a: 1 }, { name: 'opaque', queue: 'payments-2' })],
    ['cannot be read, though it has secrets', letter('card=4242')],
    ['has secrets, and it is JSON in JSON', letter(JSON.stringify({ pattern: 'pay', data: '{"card":"4242"}' }))],
    ['has secrets, and it is a number', letter(JSON.stringify({ pattern: 'pay', data: 4242 }))],
    ['has secrets, and it did not match', letter({ number: '4242' }, { reason: 'invalid-payload' })],
    ['has secrets, and it is of a later version', letter({ number: '4242' }, { reason: 'newer-version', version: 2 })],
    ['has secrets, and it was of another version before its runs', letter({ number: '4242' }, { version: 2 })],
  ])('is shown to an admin only when its task %s', (_what, one) => {
    expect(payloadView(one, registry, 'operator')).toMatchObject({ problem: expect.stringContaining('Only an admin') });
    expect(payloadView(one, registry, 'operator').text).toBeUndefined();
    expect(payloadView(one, registry, 'admin').text).toBeDefined();
  });

  it.each(['operator', 'admin'] as const)(
    'is shown to no %s when its queue encrypts, though the key is here',
    (role) => {
      const written = secrets.format.write({
        ...whisper,
        payload: { text: 'psst' },
        id: 'id',
        queue: 'secrets',
        addedAt: 0,
      });
      const { content, contentEncoding, headers = {} } = Buffer.isBuffer(written) ? { content: written } : written;
      const properties = { messageId: 'id', type: 'whisper', contentType: 'application/json', contentEncoding };
      const one = { ...letter('', { name: 'whisper', queue: 'secrets' }), content, properties, headers };
      const read = secrets.format.read({ content, properties: { ...properties, headers: { ...headers } } }, 'secrets');
      expect(read?.payload).toEqual({ text: 'psst' });
      expect(payloadView(one, registry, role)).toEqual(
        expect.objectContaining({ problem: 'It is encrypted, and shown to nobody.' }),
      );
      expect(payloadView(one, registry, role).text).toBeUndefined();
    },
  );

  it('is not looked into when it is larger than any message may be', () => {
    const huge = { ...letter({ card: '', note: '' }), bytes: 9_000_000 };
    expect(payloadView(huge, registry, 'admin')).toMatchObject({ problem: 'The message is too large to be shown.' });
  });
});
