import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { redrivenMessage } from '../dead-letter/redriven-message';
import { DefinitionError, MessageRefusedError } from '../errors';
import { celery } from './celery';
import { cloudEvents } from './cloud-events';
import { deadLetterMessage } from './dead-letter-message';
import { nestFormat, plainText } from './formats';
import type { MessageFormat } from './formats';
import type { IncomingMessage, OutgoingMessage } from './message';
import { retryMessage } from './retry-message';
import { sealed } from './sealed';
import type { SealOptions } from './sealed';
import { writeTask } from './task-message';

const keys = [{ id: 'a', key: randomBytes(32).toString('base64') }];
const pair = generateKeyPairSync('ed25519');
const payload: unknown = { to: 'Ada', amount: 7 };

/** As the broker hands out what `add` has sent. */
function sent(format: MessageFormat, what: unknown = payload, id = 'id-1'): IncomingMessage {
  const task = { name: 'pay', queue: { name: 'payments', format } };
  return delivered(writeTask(task, what, { id, now: 1_700_000_000_123, headers: { tenant: 'a', other: 1 } }));
}

function delivered({ content, properties }: OutgoingMessage): IncomingMessage {
  const fields = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'payments' };
  return { content, fields, properties: { ...properties, headers: { ...properties.headers } } };
}

const seals: [string, SealOptions][] = [
  ['HMAC', { sign: { keys, headers: ['tenant'] } }],
  ['Ed25519', { sign: { keys: [{ id: 'ed', key: pair.privateKey }], headers: ['tenant'] } }],
  ['AES-256-GCM', { encrypt: { keys } }],
  ['both', { sign: { keys }, encrypt: { keys: [{ id: 'b', key: randomBytes(32).toString('base64') }] } }],
];

type Alteration = [what: string, change: (message: IncomingMessage) => IncomingMessage];

/** Of a message in any format. */
const alterations: Alteration[] = [
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
];

const header = (name: string, value: unknown): Alteration => [
  `the header ${name} ${value === undefined ? 'taken away' : `saying ${JSON.stringify(value)}`}`,
  (message) => withHeaders(message, { [name]: value }),
];

/** Each with what else can be altered of it: in the headers that it reads. */
const formats: [string, MessageFormat, Alteration[]][] = [
  ['Nest’s', nestFormat, []],
  ['text', plainText('pay'), []],
  ['CloudEvents, structured', cloudEvents({ source: '/x', mode: 'structured' }), []],
  [
    'CloudEvents, binary',
    cloudEvents({ source: '/x' }),
    [
      header('cloudEvents:type', 'refund'),
      header('cloudEvents:id', 'id-2'),
      header('cloudEvents:specversion', undefined), // read as a Nest packet then
      header('cloudEvents:subject', 'another'),
      header('cloudEvents_type', 'refund'),
    ],
  ],
  [
    'Celery’s',
    celery(),
    [
      header('task', 'refund'),
      header('task', undefined), // read as a Nest packet then
      header('id', 'id-2'),
      header('retries', 3),
      header('eta', '2999-01-01T00:00:00'),
      header('eta', undefined),
      header('expires', '1999-01-01T00:00:00'),
      header('compression', 'application/x-gzip'),
    ],
  ],
];

describe.each(seals)('a message sealed by %s', (_how, options) => {
  describe.each(formats)('in the format: %s', (_what, inner, more) => {
    const format = sealed(inner, options);

    it('is read in its queue as it was written', () => {
      fc.assert(
        fc.property(
          fc.dictionary(fc.string({ maxLength: 5 }), fc.string(), { minKeys: 1, maxKeys: 3 }),
          fc.uuid(),
          (given, id) => {
            const what = inner.contentType === 'text/plain' ? JSON.stringify(given) : given;
            const read = format.read(sent(format, what, id), 'payments');
            expect(read).toMatchObject({ name: 'pay' });
            expect(JSON.stringify(read?.payload)).toBe(JSON.stringify(what));
          },
        ),
        { numRuns: 20 },
      );
    });

    it('survives a retry, its dead-letter queue and a redrive', () => {
      const error = { name: 'Error', message: 'no' };
      const failed = { id: 'id-1', attempt: 2, delay: 1, error, firstFailureTime: 1, lastFailureTime: 2, expiresAt: 3 };
      const facts = {
        deadLetterId: 'd',
        reason: 'attempts-exhausted',
        queue: 'payments',
        worker: 'w',
        time: 1,
      } as const;
      const retried = delivered(retryMessage(sent(format), failed));
      const dead = delivered(deadLetterMessage(retried, { ...facts, error, attempt: 2 }));
      const redriven = delivered(redrivenMessage(dead, 'run', 5));
      const read = inner.read(sent(inner), 'payments');
      for (const message of [retried, dead, redriven]) expect(format.read(message, 'payments')).toEqual(read);
    });

    it.each([...alterations, ...more])('is refused with %s', (_alteration, change) => {
      expect(format.read(sent(format), 'payments')).toMatchObject({ name: 'pay' });
      expect(() => format.read(change(sent(format)), 'payments')).toThrow(MessageRefusedError);
    });
  });

  it('is refused when it states another id than its message has, which a retry would write there', () => {
    const format = sealed(cloudEvents({ source: '/x', mode: 'structured' }), options);
    const document = { specversion: '1.0', id: 'another', source: '/x', type: 'pay', data: payload };
    const inner: MessageFormat = {
      ...cloudEvents({ source: '/x', mode: 'structured' }),
      write: () => Buffer.from(JSON.stringify(document)),
    };
    expect(() => format.read(sent(sealed(inner, options)), 'payments')).toThrow('another id than its message_id');
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

  it('is one that demands a seal, unless told otherwise', () => {
    const bare = sent(nestFormat);
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
