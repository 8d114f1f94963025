import * as fc from 'fast-check';
import { DefinitionError } from '../errors';
import { cloudEvents } from './cloud-events';
import type { CloudEventsMode } from './cloud-events';
import type { MessageFormat, ReadableMessage, TaskToWrite, WrittenMessage } from './formats';
import { postponedMessage } from './retry-message';

const modes: CloudEventsMode[] = ['binary', 'structured'];
const source = '/orders';
const binary = cloudEvents({ source });
const structured = cloudEvents({ source, mode: 'structured' });
const task: TaskToWrite = {
  name: 'com.example.order.placed',
  payload: { order: 7 },
  id: 'id-1',
  queue: 'orders',
  addedAt: Date.UTC(2026, 10, 22, 5),
};

/** What was written, as it is read: a message without another id than the event's. */
function sent(format: MessageFormat, what: TaskToWrite): ReadableMessage {
  const { content, headers = {}, ...properties } = format.write(what) as WrittenMessage;
  return { content, properties: { contentType: format.contentType, ...properties, headers } };
}

const event = (attributes: object, contentType = 'application/cloudevents+json; charset=UTF-8') => ({
  content: Buffer.from(JSON.stringify({ specversion: '1.0', id: 'e-1', source: '/x', type: 'a', ...attributes })),
  properties: { contentType },
});

const inHeaders = (
  body: string | Buffer,
  contentType: string | undefined,
  attributes: object = {},
  prefix = 'cloudEvents:',
) => {
  const all = { specversion: '1.0', id: 'e-1', source: '/x', type: 'a', ...attributes };
  return {
    content: Buffer.from(body),
    properties: {
      contentType,
      headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [prefix + name, value])),
    },
  };
};

describe('an event that is written', () => {
  it('binary: has its attributes in headers and the payload as its body', () => {
    expect(binary.contentType).toBe('application/json');
    expect(binary.write(task)).toEqual({
      content: Buffer.from('{"order":7}'),
      headers: {
        'cloudEvents:specversion': '1.0',
        'cloudEvents:id': 'id-1',
        'cloudEvents:source': '/orders',
        'cloudEvents:type': 'com.example.order.placed',
        'cloudEvents:time': '2026-11-22T05:00:00.000Z',
      },
    });
  });

  it('structured: is one document', () => {
    const { content } = structured.write(task) as WrittenMessage;
    expect(structured.contentType).toBe('application/cloudevents+json');
    expect(JSON.parse(content.toString())).toEqual({
      specversion: '1.0',
      id: 'id-1',
      source: '/orders',
      type: 'com.example.order.placed',
      time: '2026-11-22T05:00:00.000Z',
      datacontenttype: 'application/json',
      data: { order: 7 },
    });
  });

  describe.each(modes)('%s: says what its task’s headers say', (mode) => {
    const format = cloudEvents({ source, mode });
    const written = (headers: object) => {
      const message = sent(format, { ...task, headers: { ...headers, other: 'x' } });
      const read = format.read(message);
      return { ...message.properties.headers, ...read?.stated?.headers };
    };

    it('of subject, extensions and another source', () => {
      const headers = { 'cloudEvents:subject': 'order/7', 'cloudEvents:sampled': true, cloudEvents_source: '/else' };
      expect(written(headers)).toMatchObject({
        'cloudEvents:subject': 'order/7',
        'cloudEvents:sampled': true,
        'cloudEvents:source': '/else',
        'cloudEvents:id': 'id-1',
      });
    });

    it('and not of what the task itself says', () => {
      const headers = { 'cloudEvents:id': 'x', 'cloudEvents:type': 'x', 'cloudEvents:specversion': '0.3' };
      expect(written({ ...headers, 'cloudEvents:datacontenttype': 'text/plain' })).toMatchObject({
        'cloudEvents:id': 'id-1',
        'cloudEvents:type': task.name,
        'cloudEvents:specversion': '1.0',
      });
    });

    it.each(['Subject', 'my_key', 'data', ''])('and refuses the name "%s"', (name) => {
      expect(() => written({ [`cloudEvents:${name}`]: 'x' })).toThrow(TypeError);
    });

    it('and refuses no source', () => {
      expect(() => written({ 'cloudEvents:source': '' })).toThrow('is not empty');
    });
  });

  it('needs a source', () => {
    expect(() => cloudEvents({ source: '' })).toThrow(DefinitionError);
  });

  it.each(modes.flatMap((mode) => modes.map((reader) => [mode, reader] as const)))(
    '%s is read back as it was written, by a queue that writes %s',
    (mode, reader) => {
      const name = fc.string({ minLength: 1, unit: 'grapheme' });
      fc.assert(
        fc.property(name, name, fc.jsonValue(), (type, id, payload) => {
          const message = sent(cloudEvents({ source, mode }), { ...task, name: type, id, payload });
          const plain: unknown = JSON.parse(JSON.stringify(payload));
          const read = cloudEvents({ source: 'other', mode: reader }).read(message);
          expect(read).toMatchObject({ name: type, stated: { id } });
          expect(read?.payload).toEqual(plain);
        }),
      );
    },
  );

  it.each(modes)('%s may have no payload', (mode) => {
    const message = sent(cloudEvents({ source, mode }), { ...task, payload: undefined });
    expect(binary.read(message)).toMatchObject({ name: task.name, payload: undefined, stated: { id: 'id-1' } });
  });
});

describe('an event of another program', () => {
  const a = (payload: unknown) => ({ name: 'a', payload, stated: { id: 'e-1' } });

  it.each<[string, ReadableMessage, unknown]>([
    ['with the prefix that JMS can write', inHeaders('1', 'application/json', {}, 'cloudEvents_'), 1],
    ['with JSON of a kind of its own', inHeaders('{"b":1}', 'application/vnd.acme+json; charset=utf-8'), { b: 1 }],
    ['that does not say what its data is', inHeaders('{"b":1}', undefined), { b: 1 }],
    ['with text', inHeaders('Grüße', 'text/plain'), 'Grüße'],
    ['with bytes', inHeaders(Buffer.from([0xff, 0]), 'image/png'), Buffer.from([0xff, 0])],
    ['with attributes of its own', event({ subject: 'a/b', partitionkey: 'p', data: 1 }), 1],
    ['in a document with bytes', event({ data_base64: '/wA=', datacontenttype: 'image/png' }), Buffer.from([0xff, 0])],
    ['in a document with JSON as bytes', event({ data_base64: 'eyJiIjoxfQ==' }), { b: 1 }],
    ['in a document with text', event({ data: 'Grüße', datacontenttype: 'text/plain' }), 'Grüße'],
    ['of a later version of the first', event({ specversion: '1.1', data: 1 }), 1],
  ])('is read %s', (_what, message, payload) => {
    expect(binary.read(message)).toMatchObject(a(payload));
    expect(structured.read(message)).toEqual(binary.read(message));
  });

  it.each<[string, ReadableMessage]>([
    ['of another version', event({ specversion: '0.3', data: 1 })],
    ['without an id', event({ id: '', data: 1 })],
    ['without a source', event({ source: undefined, data: 1 })],
    ['with half a surrogate pair in its id', event({ id: 'e\ud800', data: 1 })],
    ['with half a surrogate pair in its type', event({ type: '\udc00a', data: 1 })],
    ['without a type', inHeaders('1', 'application/json', { type: 7 })],
    ['in a batch', { ...event({}), properties: { contentType: 'application/cloudevents-batch+json' } }],
    ['whose JSON is none', inHeaders('{"b":', 'application/json')],
    ['whose text is no UTF-8', inHeaders(Buffer.from([0xc3, 0x28]), 'text/plain')],
    ['with two kinds of data', event({ data: 1, data_base64: '/wA=' })],
    [
      'that is no document',
      { content: Buffer.from('[]'), properties: { contentType: 'application/cloudevents+json' } },
    ],
  ])('is not understood %s', (_what, message) => {
    expect(binary.read(message)).toBeUndefined();
  });
});

it('a document brings its attributes to the handler as headers, as a binary message does', () => {
  const attributes = { subject: 'a/b', partitionkey: 'p', time: '2026-11-22T05:00:00Z', sequence: 7 };
  const own = inHeaders('1', 'application/json', attributes);
  expect(binary.read(event({ ...attributes, data: 1 }))?.stated?.headers).toEqual(own.properties.headers);
});

describe('an event whose message has an id of its own', () => {
  const fields = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'orders' };
  const { content, properties } = inHeaders('1', 'application/json');
  const message = { content, fields, properties: { ...properties, messageId: 'of the client' } };

  it('states its own', () => {
    expect(binary.read(message)?.stated).toEqual({ id: 'e-1' });
  });

  it('has it in both places when Warren publishes it again, if AMQP can carry it', () => {
    expect(postponedMessage(message, 'e-1').properties.messageId).toBe('e-1');
    expect(postponedMessage(message, 'e'.repeat(300)).properties.messageId).toBe('of the client');
  });
});

describe('a message that is no event', () => {
  it('is read when it is a Nest packet', () => {
    expect(binary.read({ content: Buffer.from('{"pattern":"a","data":1}'), properties: {} })).toEqual({
      name: 'a',
      payload: 1,
    });
    expect(binary.read({ content: Buffer.from('Hello'), properties: {} })).toBeUndefined();
  });
});
