import { DefinitionError } from '../errors';
import { readNestPacket } from './formats';
import type { HeadersSchema, MessageFormat, ReadableMessage, ReadTask, TaskToWrite, WrittenMessage } from './formats';
import { isObject, readJson, readText } from './json-body';

/** `binary`: attributes in headers, the payload as the body. `structured`: all of it one JSON document in the body. */
export type CloudEventsMode = 'binary' | 'structured';

/** What {@link cloudEvents} takes. */
export interface CloudEventsOptions {
  /** How messages are written; both are read. Default: `binary`. */
  readonly mode?: CloudEventsMode;
  /** Where the events come from: the attribute `source`, a URI or a path, unless a task's headers say another. With the id it names an event. */
  readonly source: string;
}

const VERSION = '1.0';
const STRUCTURED = 'application/cloudevents+json';

/** The binding's prefix for attributes in headers, and the one for those whose names may have no colon. */
const PREFIXES = ['cloudEvents:', 'cloudEvents_'] as const;

/**
 * CloudEvents 1.0 over AMQP, in both modes. The task's name is the event's `type`, its payload the `data`, its id the `id`. A handler finds the
 * other attributes in its headers, in either mode (`cloudEvents:source`; as `cloudEvents_source` where a binary message has them so), and `add` takes them there:
 * `cloudEvents:subject`, extensions, another `cloudEvents:source`. JSON data is parsed, text is a string, anything else a `Buffer`. Nest packets are
 * understood as well. See https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md.
 * @throws DefinitionError without a source
 */
export function cloudEvents({ mode = 'binary', source }: CloudEventsOptions): MessageFormat {
  if (source === '')
    throw new DefinitionError('cloudEvents: an event has a source, a URI or a path that is not empty.');
  const isBinary = mode === 'binary';
  return {
    name: `cloudevents ${mode}`,
    contentType: isBinary ? 'application/json' : STRUCTURED,
    readsHeaders: { prefixes: PREFIXES },
    write: (task) => (isBinary ? writeBinary(task, source) : writeStructured(task, source)),
    read: (message) => {
      const type = mediaType(message.properties.contentType);
      if (type === STRUCTURED) return readStructured(message.content);
      if (type.startsWith('application/cloudevents')) return undefined; // batches, and other encodings of events
      const attributes = attributesOf(message.properties.headers ?? {});
      if (attributes['specversion'] === undefined) return readNestPacket(readJson(message.content));
      return readBinary(message, attributes, type);
    },
    bodySchema: (name, payload) => (isBinary ? payload : structuredSchema(name, payload)),
    ...(isBinary ? { headersSchema: binaryHeaders } : {}),
  };
}

/** What an event must have. */
function attributeSchemas(type: string): HeadersSchema['properties'] {
  const text = { type: 'string', minLength: 1 };
  return { specversion: { const: VERSION }, id: text, source: text, type: { const: type } };
}

function binaryHeaders(name: string): HeadersSchema {
  const attributes = Object.entries(attributeSchemas(name));
  const properties = Object.fromEntries(attributes.map(([key, schema]) => [`${PREFIXES[0]}${key}`, schema]));
  return { properties, required: Object.keys(properties) };
}

function structuredSchema(name: string, data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const attributes = attributeSchemas(name);
  return { type: 'object', properties: { ...attributes, data }, required: [...Object.keys(attributes), 'data'] };
}

function writeBinary(task: TaskToWrite, source: string): WrittenMessage {
  // The type of the data stands in the message's properties.
  const { datacontenttype: _type, ...attributes } = attributesFor(task, source);
  return {
    content: Buffer.from(task.payload === undefined ? '' : JSON.stringify(task.payload)),
    headers: inHeaders(attributes),
  };
}

function writeStructured(task: TaskToWrite, source: string): WrittenMessage {
  const event = { ...attributesFor(task, source), datacontenttype: 'application/json', data: task.payload };
  return { content: Buffer.from(JSON.stringify(event)) };
}

/** @throws TypeError for a name that no attribute may have, or an empty source */
function attributesFor({ name, id, addedAt, headers = {} }: TaskToWrite, source: string): Record<string, unknown> {
  const given = attributesOf(headers);
  const wrong = Object.keys(given).find((one) => !/^[a-z0-9]+$/.test(one) || one === 'data');
  if (wrong !== undefined)
    throw new TypeError(`"${wrong}" is no name of a CloudEvents attribute, which has lower-case letters and digits`);
  if (given['source'] === '') throw new TypeError('the source of a CloudEvent is not empty');
  const time = new Date(addedAt).toISOString();
  return { source, ...given, specversion: VERSION, id, type: name, time };
}

function inHeaders(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${PREFIXES[0]}${name}`, value]));
}

/** The attributes in a message's headers, by their names. */
function attributesOf(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attributes: [string, unknown][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const prefix = PREFIXES.find((one) => name.startsWith(one));
    if (prefix !== undefined) attributes.push([name.slice(prefix.length), value]);
  }
  return Object.fromEntries(attributes);
}

function readBinary(
  { content }: ReadableMessage,
  attributes: Record<string, unknown>,
  type: string,
): ReadTask | undefined {
  const event = eventOf(attributes);
  if (event === undefined) return undefined;
  if (content.length === 0) return { ...event, payload: undefined };
  if (!isJson(type)) return withPayload(event, type.startsWith('text/') ? readText(content) : content);
  return withPayload(event, readJson(content));
}

function readStructured(content: Buffer): ReadTask | undefined {
  const document = readJson(content);
  if (!isObject(document)) return undefined;
  const read = eventOf(document);
  if (read === undefined) return undefined;
  const { data, data_base64: base64, ...attributes } = document;
  const event = { ...read, stated: { ...read.stated, headers: inHeaders(attributes) } };
  if (base64 === undefined) return { ...event, payload: data };
  if (data !== undefined || typeof base64 !== 'string') return undefined; // one or the other
  const bytes = Buffer.from(base64, 'base64');
  const type = mediaType(document['datacontenttype']);
  if (!isJson(type)) return { ...event, payload: bytes };
  return withPayload(event, readJson(bytes));
}

/** An event of a version that is known, with all that one must have. */
function eventOf({
  specversion,
  id,
  source,
  type,
}: Readonly<Record<string, unknown>>): Omit<ReadTask, 'payload'> | undefined {
  const isKnown = typeof specversion === 'string' && /^1\.\d+$/.test(specversion);
  if (!isKnown || !isText(id) || !isText(source) || !isText(type)) return undefined;
  return { name: type, stated: { id } };
}

/** `undefined` is what could not be read. */
function withPayload(event: Omit<ReadTask, 'payload'>, payload: unknown): ReadTask | undefined {
  return payload === undefined ? undefined : { ...event, payload };
}

/** As the specification has it: at least one character, and no half of a surrogate pair, which JSON can write and no header carries. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{Cs}/u.test(value);
}

/** Without its parameters, in lower case. */
function mediaType(value: unknown): string {
  return typeof value === 'string' ? (value.split(';')[0] ?? '').trim().toLowerCase() : '';
}

/** Nothing said is JSON, as the specification has it. */
function isJson(type: string): boolean {
  return type === '' || /^[^/]+\/(?:json|.+\+json)$/.test(type);
}
