import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { deadLetterMessage } from './dead-letter-message';
import type { DeadLetterFacts } from './dead-letter-message';
import { header } from './headers';
import type { IncomingMessage } from './message';

/** The client's own writer of headers, which has a buffer of 65,536 bytes and throws on what it cannot write. */
const { encodeTable } = jest.requireActual<{ encodeTable: (buffer: Buffer, table: object, offset: number) => number }>(
  join(dirname(require.resolve('amqplib')), 'lib/codec.js'),
);

const facts: DeadLetterFacts = {
  deadLetterId: 'd-1',
  reason: 'attempts-exhausted',
  error: { name: 'TypeError', message: 'no such file', stack: 'TypeError: no such file\n    at resize' },
  queue: 'images',
  attempt: 3,
  worker: 'host:1',
  firstFailureTime: 1_799_999_000_000,
  lastFailureTime: 1_800_000_000_000,
  time: 1_800_000_000_000,
};

function incoming(
  headers?: Record<string, unknown>,
  properties: Partial<IncomingMessage['properties']> = {},
): IncomingMessage {
  return {
    content: Buffer.from('the very bytes'),
    fields: { deliveryTag: 1, redelivered: true, exchange: '', routingKey: 'images' },
    properties: { ...properties, ...(headers === undefined ? {} : { headers }) },
  };
}

const headersOf = (headers: Record<string, unknown>, given: DeadLetterFacts = facts) =>
  deadLetterMessage(incoming(headers), given).properties.headers;

const written = (headers: object) => encodeTable(Buffer.alloc(65_536), headers, 0);

describe('a dead letter', () => {
  it('is the same message, and says why it is here', () => {
    const properties = {
      messageId: 'id-1',
      type: 'image.resize',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      correlationId: 'c-1',
      replyTo: 'answers',
      appId: 'app',
      priority: 3,
      timestamp: 1_700_000_000,
    };
    const message = incoming({ tenant: 'a' }, { ...properties, expiration: '60000', userId: 'guest' });

    const dead = deadLetterMessage(message, facts);

    expect(dead.content).toBe(message.content);
    expect(dead.properties).toStrictEqual({
      ...properties,
      headers: {
        tenant: 'a',
        'x-original-expiration': '60000',
        'x-dead-letter-id': 'd-1',
        'x-dead-letter-reason': 'attempts-exhausted',
        'x-dead-letter-queue': 'images',
        'x-dead-letter-time': 1_800_000_000_000,
        'x-dead-letter-worker': 'host:1',
        'x-attempt': 3,
        'x-error-name': 'TypeError',
        'x-error-message': 'no such file',
        'x-error-stack': 'TypeError: no such file\n    at resize',
        'x-first-failure-time': 1_799_999_000_000,
        'x-last-failure-time': 1_800_000_000_000,
      },
    });
  });

  it('needs nothing of the message but its bytes', () => {
    const { stack: _stack, ...error } = facts.error;
    const dead = deadLetterMessage(incoming(), { ...facts, error });
    expect(Object.keys(dead.properties)).toEqual(['headers']);
    expect(dead.properties.headers).not.toHaveProperty('x-error-stack');
  });

  it('of a dead letter tells the last failure', () => {
    const first = headersOf({ tenant: 'a' }, { ...facts, deadLetterId: 'd-0', error: { name: 'E', message: 'old' } });
    const second = headersOf({ ...first });
    expect(second).toMatchObject({ tenant: 'a', 'x-dead-letter-id': 'd-1', 'x-error-message': 'no such file' });
  });

  it.each([
    'x-death',
    'x-first-death-queue',
    'x-last-death-reason',
    'x-delivery-count',
    'x-acquired-count',
    'CC',
    'BCC',
  ])('has no %s, which would mislead the broker', (name) => {
    expect(headersOf({ [name]: 'anything', kept: 1 })).toMatchObject({ kept: 1 });
    expect(headersOf({ [name]: 'anything' })).not.toHaveProperty([name]);
    expect(headersOf({ [name]: 'anything' })).not.toHaveProperty([header.droppedHeaders]);
  });

  it('keeps an error of any length short', () => {
    const error = { name: 'N'.repeat(1e5), message: 'M'.repeat(1e6), stack: 'S'.repeat(1e6) };
    const headers = headersOf({}, { ...facts, error });
    expect(headers).toMatchObject({
      [header.errorName]: 'N'.repeat(200),
      [header.errorMessage]: 'M'.repeat(2_000),
      [header.errorStack]: 'S'.repeat(8_000),
    });
  });
});

describe('what a message brings that cannot be published again', () => {
  const long = 'ä'.repeat(128); // 256 bytes: one more than AMQP's short strings hold

  it.each<[string, unknown]>([
    ['a header larger than the client writes', 'x'.repeat(70_000)],
    ['a number that is none', NaN],
    ['a number without end', Infinity],
    ['a number beyond 64 bits', -1e300],
    ['a fraction the client takes for a whole number', 2 ** 50 + 0.5],
    ['a table that reads as a type the client does not know', { nested: { '!': 'bogus', value: 1 } }],
    ['a timestamp beyond 64 bits', { '!': 'timestamp', value: 2 ** 64 }],
    ['a table with a name too long', { nested: { [long]: 1 } }],
    ['tables within tables', JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)],
    ['a value of no type at all', Symbol('s')],
  ])('%s: the header stays behind, its name does not', (_what, value) => {
    const headers = headersOf({ before: 1, strange: value, after: 2 });
    expect(headers).toMatchObject({ before: 1, after: 2, 'x-dropped-headers': 'strange' });
    expect(headers).not.toHaveProperty('strange');
    expect(() => written(headers)).not.toThrow();
  });

  it('a header whose name is too long stays behind', () => {
    const headers = headersOf({ [long]: 1 });
    expect(headers).toMatchObject({ 'x-dropped-headers': long });
    expect(() => written(headers)).not.toThrow();
  });

  it.each(['messageId', 'type', 'contentType', 'contentEncoding', 'correlationId', 'replyTo', 'appId'])(
    'a %s that is too long stays behind',
    (property) => {
      expect(deadLetterMessage(incoming({}, { [property]: long }), facts).properties).not.toHaveProperty(property);
    },
  );

  it('a timestamp the client cannot write stays behind', () => {
    expect(deadLetterMessage(incoming({}, { timestamp: 2 ** 64 }), facts).properties).not.toHaveProperty('timestamp');
  });
});

describe('the headers of a dead letter', () => {
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary', maxLength: 30_000, size: 'max' }),
      fc.string(),
      fc.double(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes)),
      fc.record({ '!': fc.constant('timestamp'), value: fc.double() }),
      fc.record({ '!': fc.constant('decimal'), value: fc.record({ places: fc.nat(255), digits: fc.nat() }) }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 300 }), tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  it('can be written by the client, whatever the message and its error were', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 300 }), value, { maxKeys: 30 }),
        fc.string({ unit: 'binary', maxLength: 10_000, size: 'max' }),
        (headers, text) => {
          const error = { name: text, message: text, stack: text };
          expect(() => written(headersOf(headers, { ...facts, error }))).not.toThrow();
        },
      ),
      { endOnFailure: true }, // shrinking headers this large would take minutes
    );
  });

  it('lose none of those that may be added with a task', () => {
    const error = { name: '漢'.repeat(500), message: '漢'.repeat(5_000), stack: '漢'.repeat(20_000) };
    const headers = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`header-${index}`, 'v'.repeat(60)]));
    expect(headersOf(headers, { ...facts, error })).toMatchObject(headers);
  });
});
