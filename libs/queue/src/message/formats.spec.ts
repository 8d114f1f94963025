import * as fc from 'fast-check';
import { foreignJson, nestFormat, plainText } from './formats';
import type { BodyFormat, MessageFormat, ReadableMessage } from './formats';

const message = (body: string | Buffer): ReadableMessage => ({ content: Buffer.from(body), properties: {} });
const readAs = (format: MessageFormat, body: string | Buffer) => format.read(message(body));

const text = plainText('print');
const celery = foreignJson(({ task, param }) =>
  typeof task === 'string' ? { name: task, payload: param } : undefined,
);
const formats: [string, BodyFormat][] = [
  ['nestFormat', nestFormat],
  ['plainText', text],
  ['foreignJson', celery],
];

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const name = anyText.filter((candidate) => candidate !== '');

describe('nestFormat', () => {
  it('writes what a plain Nest client sends, byte for byte', () => {
    const body = nestFormat.write({ name: 'image.resize', payload: { width: 320 } });
    expect(body.toString()).toBe('{"pattern":"image.resize","data":{"width":320}}');
  });

  it('reads back every name and payload it has written', () => {
    fc.assert(
      fc.property(name, fc.jsonValue(), (taskName, payload) => {
        const written = nestFormat.write({ name: taskName, payload });
        expect(readAs(nestFormat, written)).toEqual({ name: taskName, payload: JSON.parse(JSON.stringify(payload)) });
      }),
    );
  });

  it('keeps half a surrogate pair, which JSON can write', () => {
    const written = nestFormat.write({ name: 'a', payload: 'x\ud83dy' });
    expect(readAs(nestFormat, written)).toEqual({ name: 'a', payload: 'x\ud83dy' });
  });

  it.each([
    ['a task without payload', '{"pattern":"a"}', { name: 'a', payload: undefined }],
    ['a numeric pattern, as of an enum, by its digits', '{"pattern":5,"data":1}', { name: '5', payload: 1 }],
    ['the first member of an enum', '{"pattern":0,"data":1}', { name: '0', payload: 1 }],
    ['an object pattern by its JSON', '{"pattern":{"cmd":"sum"},"data":1}', { name: '{"cmd":"sum"}', payload: 1 }],
    ['the id of a request', '{"pattern":"a","data":1,"id":"r-1"}', { name: 'a', payload: 1, requestId: 'r-1' }],
    ['an id of null as no request', '{"pattern":"a","data":1,"id":null}', { name: 'a', payload: 1 }],
    ['an id that is no string as no request', '{"pattern":"a","data":1,"id":7}', { name: 'a', payload: 1 }],
    ['a packet behind a byte order mark', '\ufeff{"pattern":"a","data":1}', { name: 'a', payload: 1 }],
  ])('reads %s', (_what, body, expected) => {
    expect(readAs(nestFormat, body)).toStrictEqual(expected);
  });

  it.each([
    ['an empty pattern', '{"pattern":"","data":1}'],
    ['a pattern that is beyond every number', '{"pattern":1e999,"data":1}'],
    ['a pattern that is null', '{"pattern":null,"data":1}'],
    ['a pattern that is an array', '{"pattern":["a"],"data":1}'],
    ['no pattern', '{"data":1}'],
    ['an inherited pattern', '{"__proto__":{"pattern":"a"},"data":1}'],
    ['an array', '[{"pattern":"a"}]'],
    ['plain text', 'Hello World!'],
    ['nothing', ''],
    ['JSON with bytes that are no UTF-8', Buffer.from([...Buffer.from('{"pattern":"a'), 0xff, ...Buffer.from('"}')])],
  ])('does not know %s', (_what, body) => {
    expect(readAs(nestFormat, body)).toBeUndefined();
  });

  it('gives a payload no prototype of the sender’s choice', () => {
    const read = readAs(nestFormat, '{"pattern":"a","data":{"__proto__":{"isAdmin":true}}}');
    expect(read).toBeDefined();
    expect(read?.payload).not.toHaveProperty('isAdmin');
  });
});

describe('plainText', () => {
  it('hands out the very text that was written', () => {
    fc.assert(
      fc.property(anyText, (payload) => {
        expect(readAs(text, text.write({ name: 'print', payload }))).toEqual({ name: 'print', payload });
      }),
      { examples: [['\ufeffa text that begins with a byte order mark'], [''], ['{"not":"a packet"}'], ['42']] },
    );
  });

  it('gives the task its own name, whatever the message calls itself', () => {
    expect(
      text.read({ ...message('First message.'), properties: { type: 'other', headers: { task: 'other' } } }),
    ).toEqual({ name: 'print', payload: 'First message.' });
  });

  it('takes the text of a message of its own type for a text, also one that looks like a packet', () => {
    const payload = '{"pattern":"other","data":{"to":"somebody else"}}';
    const own = { ...message(payload), properties: { type: 'print' } };
    expect(text.read(own)).toEqual({ name: 'print', payload });
  });

  it('understands the packets of a Nest client', () => {
    expect(readAs(text, '{"pattern":"other","data":[1]}')).toEqual({ name: 'other', payload: [1] });
  });

  it('does not know bytes that are no UTF-8, because the handler would get another text', () => {
    expect(readAs(text, Buffer.from([0x48, 0xc3, 0x28]))).toBeUndefined();
  });

  it('refuses to write half a surrogate pair, which UTF-8 would replace', () => {
    expect(() => text.write({ name: 'print', payload: 'x\ud83dy' })).toThrow('surrogate');
  });
});

describe('foreignJson', () => {
  it.each([
    ['the messages its rule knows', '{"task":"cpu_bound","param":"1"}', { name: 'cpu_bound', payload: '1' }],
    ['Nest packets, before it asks the rule', '{"pattern":"a","data":2,"task":"b"}', { name: 'a', payload: 2 }],
  ])('reads %s', (_what, body, expected) => {
    expect(readAs(celery, body)).toEqual(expected);
  });

  it.each(['[]', '"cpu_bound"', 'null', '7', '{"param":"1"}', 'cpu_bound'])('does not know %s', (body) => {
    expect(readAs(celery, body)).toBeUndefined();
  });

  it('writes Nest packets', () => {
    const task = { name: 'a', payload: { b: 1 } };
    expect(celery.write(task)).toEqual(nestFormat.write(task));
  });
});

describe.each(formats)('%s', (_name, format) => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          expect(() => readAs(format, Buffer.from(bytes))).not.toThrow();
        },
      ),
    );
  });

  it('survives nesting without end', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    for (const body of [deep, `{"pattern":${deep}}`, '['.repeat(100_000)]) {
      expect(() => readAs(format, body)).not.toThrow();
    }
  });

  it('says what it writes', () => {
    expect(format.contentType).toBe(format === text ? 'text/plain' : 'application/json');
  });
});
