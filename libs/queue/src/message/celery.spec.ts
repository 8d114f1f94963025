import * as fc from 'fast-check';
import { UndecodableMessageError } from '../errors';
import { celery } from './celery';
import type { ReadableMessage, TaskToWrite, WrittenMessage } from './formats';

const format = celery();

const task: TaskToWrite = { name: 'proj.resize', payload: { width: 320 }, id: 'id-1', queue: 'work', addedAt: 0 };

/** As Celery 5.2 writes it. */
const sent = (
  body: unknown,
  headers: Readonly<Record<string, unknown>> = {},
  properties: Partial<ReadableMessage['properties']> = {},
): ReadableMessage => ({
  content: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  properties: {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    correlationId: 'uuid-1',
    ...properties,
    headers: {
      lang: 'py',
      task: 'proj.resize',
      id: 'uuid-1',
      shadow: null,
      eta: null,
      expires: null,
      group: null,
      retries: 0,
      timelimit: [null, null],
      root_id: 'uuid-1',
      parent_id: null,
      argsrepr: '()',
      kwargsrepr: "{'width': 320}",
      origin: 'gen1@host',
      ...headers,
    },
  },
});

const SEQUELS = { callbacks: null, errbacks: null, chain: null, chord: null };
const body = (args: readonly unknown[], kwargs: object = {}, sequels: object = {}) => [
  args,
  kwargs,
  { ...SEQUELS, ...sequels },
];

const write = (payload: unknown): WrittenMessage => format.write({ ...task, payload }) as WrittenMessage;
const readBack = ({ content, headers = {}, ...properties }: WrittenMessage) =>
  format.read({ content, properties: { contentType: 'application/json', ...properties, headers } });

describe('a task that a Celery client has sent', () => {
  it.each([
    ['its keyword arguments', body([], { width: 320 }), { width: 320 }],
    ['its arguments by position', body([2, 'b']), [2, 'b']],
    ['both, where it has both', body([2], { b: 3 }), { args: [2], kwargs: { b: 3 } }],
    ['an empty object, where it has none', body([]), {}],
  ])('is read: %s', (_what, content, payload) => {
    expect(format.read(sent(content))).toStrictEqual({ name: 'proj.resize', payload, stated: { id: 'uuid-1' } });
  });

  it('says which attempt it is, when it may begin and until when', () => {
    const headers = {
      retries: 2,
      eta: '2026-11-22T05:00:00.123456+01:00',
      expires: '2026-11-22T06:00:00.500000', // Celery without a time zone means UTC
    };
    expect(format.read(sent(body([1]), headers))?.stated).toStrictEqual({
      id: 'uuid-1',
      attempt: 3,
      notBefore: Date.UTC(2026, 10, 22, 4, 0, 0, 123),
      expiresAt: Date.UTC(2026, 10, 22, 6, 0, 0, 500),
    });
  });

  it('begins anew when it was redriven, without the limits that it had', () => {
    const headers = { retries: 2, eta: 'tomorrow', expires: '2026-11-22T06:00:00+00:00', 'x-redriven': 1 };
    expect(format.read(sent(body([1]), headers))?.stated).toStrictEqual({ id: 'uuid-1' });
  });

  it.each([
    ['pickled', sent(body([1]), {}, { contentType: 'application/x-python-serialize' })],
    ['compressed', sent(body([1]), { compression: 'application/x-gzip' })],
    ['no JSON', sent('[[1], {}')],
    ['of protocol 1', sent({ task: 'a', args: [1], kwargs: {} })],
    ['without keyword arguments', sent([[1], null, SEQUELS])],
    ['with a time that is none', sent(body([1]), { eta: 'tomorrow' })],
    ['with a time in seconds', sent(body([1]), { expires: 10 })],
    ['followed by another', sent(body([1], {}, { chain: [{ task: 'next' }] }))],
    ['part of a chord', sent(body([1], {}, { chord: { task: 'last' } }))],
    ['with a callback', sent(body([1], {}, { callbacks: [{ task: 'next' }] }))],
    ['with something to do when it fails', sent(body([1], {}, { errbacks: [{ task: 'next' }] }))],
  ])('is not understood when it is %s', (_what, message) => {
    expect(format.read(message)).toBeUndefined();
  });

  it.each([
    ['a hard limit', [30, null]],
    ['a soft limit', [null, 25]],
    ['one that is not two', 30],
  ])('is not understood with %s on its time, and says so', (_what, timelimit) => {
    expect(() => format.read(sent(body([1]), { timelimit }))).toThrow(UndecodableMessageError);
    expect(() => format.read(sent(body([1]), { timelimit }))).toThrow(
      'time_limit or soft_time_limit is not carried out',
    );
    const lenient = celery({ ignoreTimeLimits: true });
    expect(lenient.read(sent(body([1]), { timelimit }))?.payload).toEqual([1]);
    expect(format.read(sent(body([1]), { timelimit, 'x-redriven': 1 }))?.payload).toEqual([1]);
  });

  it.each([
    ['by position', '[[9007199254740993], {}, {}]'],
    ['by name', '[[], {"id": 123456789012345678901234567890}, {}]'],
  ])('is not understood with a whole number that JavaScript would change, %s, and says so', (_what, content) => {
    expect(() => format.read(sent(content))).toThrow('a whole number that JavaScript would change');
  });

  it('may say by empty lists that nothing follows', () => {
    const message = sent(body([1], {}, { callbacks: [], chain: [] }));
    expect(format.read(message)?.payload).toEqual([1]);
  });

  it('becomes what the queue’s own rule makes of it', () => {
    const own = celery({ payloadOf: ({ args: [width], kwargs }) => ({ width, ...kwargs }) });
    expect(own.read(sent(body([320], { height: 200 })))?.payload).toEqual({ width: 320, height: 200 });
  });
});

describe('a message without Celery’s headers', () => {
  it('is read when it is a Nest packet, and otherwise not', () => {
    const read = (text: string) => format.read({ content: Buffer.from(text), properties: {} });
    expect(read('{"pattern":"a","data":1}')).toEqual({ name: 'a', payload: 1 });
    expect(read('[[1], {}, {}]')).toBeUndefined();
  });
});

describe('a task that is written for a Celery worker', () => {
  it('has in its headers what Celery looks for', () => {
    const expiresAt = Date.UTC(2026, 10, 22, 6, 0, 0, 500);
    expect(format.write({ ...task, expiresAt })).toEqual({
      content: Buffer.from(JSON.stringify([[], { width: 320 }, SEQUELS])),
      contentEncoding: 'utf-8',
      correlationId: 'id-1',
      headers: expect.objectContaining({
        task: 'proj.resize',
        id: 'id-1',
        root_id: 'id-1',
        eta: null,
        expires: '2026-11-22T06:00:00.500000+00:00',
        retries: 0,
      }),
    });
  });

  it.each(['text', 7, true])('cannot be %p alone: Celery has arguments', (payload) => {
    expect(() => write(payload)).toThrow('a list, its args, or an object, its kwargs');
  });

  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__');
  const kwargs = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
  const args = fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 4 });

  it('is read back as it was written, arguments of every kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          kwargs,
          args,
          fc.record(
            { args, kwargs: kwargs.filter((given) => Object.keys(given).length > 0) },
            { noNullPrototype: true },
          ),
        ),
        (payload) => {
          const plain: unknown = JSON.parse(JSON.stringify(payload));
          expect(readBack(write(payload))).toEqual({ name: 'proj.resize', payload: plain, stated: { id: 'id-1' } });
        },
      ),
    );
  });

  it('throws nothing but that it is not understood when it reads, whatever the bytes', () => {
    const thrownBy = (text: string, headers: Record<string, unknown>): unknown => {
      try {
        return void format.read(sent(text, headers));
      } catch (error) {
        return error instanceof UndecodableMessageError ? undefined : error;
      }
    };
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.dictionary(fc.string(), fc.anything()), (text, headers) => {
        expect(thrownBy(text, headers)).toBeUndefined();
      }),
    );
  });
});
